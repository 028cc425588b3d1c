package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets of files, as users meet them. */
@CallsCommands
final class DataCommandsTest {
  private static final Path FILES = Path.of("src", "test", "resources", "data").toAbsolutePath();

  @TempDir Path folder;

  private static String data(String kind, String path) {
    return "--set=data.kind=" + kind + "|--set=data.path=" + FILES.resolve(path);
  }

  private Program.Outcome train(String data, String... more) {
    String[] options = (data + "|--set=training.batch=4|" + String.join("|", more)).split("\\|");
    return Program.trainPlain(folder, options);
  }

  @Test
  void cifar10IsTrainedOnAndEvaluatedFromItsArchive() {
    // The schedule has most of the weights at 32×32; a narrow one is quick.
    String cifar10 = data("cifar10", "cifar-10-binary.tar.gz") + "|--set=schedule.width=8";
    Program.Outcome done = train(cifar10, "--steps=1", "--run=a").assertDone();
    assertTrue(done.out().contains("bits/dim on the test images of cifar10"), done::toString);
    Program.call(folder, "evaluate", "a", "--limit=2", "--times=1").assertDone();
  }

  @Tag("integration")
  @Test
  void aRunOfFilesHasTheirShapeAndResumesWithTheSameBatches() throws IOException {
    String idx = data("idx", "idx");
    train(idx, "--steps=4", "--run=straight", "--set=training.learning_rate_decay=none")
        .assertDone();
    String config = Files.readString(folder.resolve("straight/config.yaml"));
    for (String line : List.of("levels: 256", "height: 7", "width: 6", "channels: 1")) {
      assertTrue(config.contains(line), config);
    }
    Program.call(folder, "sample", "straight", "--count=1", "--steps=2").assertDone();
    train(idx, "--steps=2", "--run=parts", "--set=training.learning_rate_decay=none").assertDone();
    Program.call(folder, "train", "--resume=parts", "--steps=4").assertDone();
    assertEquals(total("straight"), total("parts"));
    train(data("npz", "numpy/stored.npz"), "--dry-run").assertDone();
  }

  private double total(String run) throws IOException {
    return new ObjectMapper()
        .readTree(folder.resolve(run).resolve("result.json").toFile())
        .at("/bound/total/bitsPerDim")
        .asDouble();
  }

  @Test
  void infoPrintsCountsShapeLevelsAndEntropyAndDrawsExamples() throws IOException {
    String out =
        Program.call(
                folder,
                "data",
                "info",
                "--kind=cifar10",
                "--path=" + FILES.resolve("cifar-10-binary.tar.gz"),
                "--png=e.png")
            .assertDone()
            .out();
    assertTrue(out.contains("training images  20\n"), out);
    assertTrue(out.contains("test images      3\n"), out);
    assertTrue(out.contains("split            its own\n"), out);
    assertTrue(out.contains("shape            32×32×3\n"), out);
    assertTrue(out.contains("levels           256 (seen: 256 of them, from 0 to 255)"), out);
    assertTrue(out.contains("classes          "), out);
    assertTrue(
        out.matches("(?s).*entropy of independent pixels on the training images: 4\\.\\d+.*"), out);
    assertTrue(ImageIO.read(folder.resolve("e.png").toFile()).getWidth() > 100);
    assertTrue(Program.call(folder, "data", "info").assertDone().out().contains("8×8×1"));
  }

  @Test
  void infoPrintsClassesCopiesAndSkippedFiles() {
    Path cases = Path.of("src", "test", "resources", "cases").toAbsolutePath();
    String classes =
        Program.call(
                folder,
                "data",
                "info",
                "--kind=images",
                "--path=" + cases.resolve("folders/test_lacks_a_class"))
            .assertDone()
            .out();
    assertTrue(classes.contains("class numbers    0 cat, 1 dog, 2 ship\n"), classes);
    String others =
        Program.call(
                folder,
                "data",
                "info",
                "--kind=images",
                "--path=" + cases.resolve("folders/other_kinds"))
            .assertDone()
            .out();
    assertTrue(
        others.matches("(?s).*passed over +\\d pictures of kinds that are not read.*"), others);
    Program.Outcome copies =
        Program.call(
                folder,
                "data",
                "info",
                "--kind=tfrecord",
                "--path=" + cases.resolve("records/split_in_folders"))
            .assertDone();
    assertTrue(
        copies.out().contains("12 of 12 test images are training images as well"),
        copies::toString);
    assertTrue(copies.err().contains("test figures are too good"), copies::toString);
  }

  @Test
  void fetchAcceptsOnlyTheRightChecksum() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] other = Files.readAllBytes(FILES.resolve("cifar-10-binary.tar.gz"));
    server.createContext(
        "/",
        e -> {
          e.sendResponseHeaders(200, other.length);
          e.getResponseBody().write(other);
          e.close();
        });
    server.start();
    try {
      String from = "--from=http://127.0.0.1:" + server.getAddress().getPort();
      Program.call(folder, "data", "fetch", "cifar10", from)
          .assertRefused(3, "cifar-10-binary.tar.gz", "has the MD5", "is removed");
      try (var files = Files.walk(folder)) {
        assertTrue(files.noneMatch(f -> f.toString().contains(".tar.gz")), "something is left");
      }
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aFailedFetchSaysHowToContinue() {
    Program.call(folder, "data", "fetch", "imagenet32")
        .assertRefused(3, "Imagenet32_train_npz.zip", "data.path=FOLDER");
    Program.call(folder, "data", "fetch", "cats").assertRefused(2, "cifar10, mnist, fashion-mnist");
    Program.call(folder, "data", "fetch", "mnist", "--from=ftp://x/").assertRefused(2, "--from");
    Program.call(folder, "data").assertRefused(2, "data info, data fetch");
  }

  @Test
  void badImagesEndTheRunOrAreSkippedAndCounted() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    byte[] good = Files.readAllBytes(FILES.resolve("imagenet32-png/train_32x32/0001.png"));
    for (int i = 0; i < 12; i++) {
      Files.write(pictures.resolve(i + ".png"), good);
    }
    Files.write(pictures.resolve("bad.png"), new byte[] {1, 2, 3});
    String images = "--set=data.kind=images|--set=data.path=pictures|--set=schedule.width=8";
    Program.call(folder, "data", "info", "--kind=images", "--path=pictures")
        .assertRefused(3, "bad.png is damaged or not a picture", "--skip-bad");
    Program.Outcome done = train(images, "--steps=1", "--skip-bad", "--run=a").assertDone();
    assertTrue(done.err().contains("skipped 1, 12 images are left"), done::toString);
    String info =
        Program.call(folder, "data", "info", "--kind=images", "--path=pictures", "--skip-bad")
            .assertDone()
            .out();
    assertTrue(info.contains("skipped          1\n"), info);
  }
}
