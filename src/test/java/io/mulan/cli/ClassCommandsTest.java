package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command on a small run on the digits that is conditioned on the class of each image. */
@CallsCommands
final class ClassCommandsTest {
  @TempDir static Path folder;

  @BeforeAll
  static void copy() {
    SmallRuns.copy(SmallRuns.classes(), folder.resolve("a"));
  }

  private static NpyArray array(String file, String name) {
    try (Npz npz = Npz.open(folder.resolve(file))) {
      return npz.array(name);
    }
  }

  private static byte[] images(String file) {
    return array(file, "images").toBytes();
  }

  @Test
  void samplesAreOfAllClassesInTurnOrOfOne() {
    Program.call(folder, "sample", "a", "--count=12", "--steps=4", "--out=all").assertDone();
    int[] labels = array("all/samples.npz", "labels").toInts();
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1}, labels);
    assertArrayEquals(new int[] {12, 16}, array("all/samples.npz", "latents").shape());
    Program.call(folder, "sample", "a", "--count=12", "--steps=4", "--class=3", "--out=threes")
        .assertDone();
    assertEquals(3 * 12, Arrays.stream(array("threes/samples.npz", "labels").toInts()).sum());
    byte[] all = images("all/samples.npz");
    byte[] threes = images("threes/samples.npz");
    assertArrayEquals(
        Arrays.copyOfRange(all, 3 * 64, 4 * 64), Arrays.copyOfRange(threes, 3 * 64, 4 * 64));
    assertFalse(Arrays.equals(all, threes), "another class, other images of the same noise");
  }

  @Test
  void latentsOfImagesComeWithTheirClasses() {
    Program.call(folder, "sample", "a", "--count=10", "--steps=2", "--like=test", "--out=like")
        .assertDone();
    Program.call(
            folder,
            "sample",
            "a",
            "--count=10",
            "--steps=2",
            "--latents=like/samples.npz",
            "--class=1",
            "--out=given")
        .assertDone();
    assertArrayEquals(
        array("like/samples.npz", "latents").toDoubles(),
        array("given/samples.npz", "latents").toDoubles());
    assertFalse(Arrays.equals(images("like/samples.npz"), images("given/samples.npz")));
  }

  @Tag("integration")
  @Test
  void theLikelihoodIsMeasuredByEveryMethod() {
    for (String way : List.of("--times=2", "--method=exact --rtol=1e-2", "--importance=2")) {
      String[] words = ("evaluate a --limit=2 --split=train " + way).split(" ");
      Program.Outcome outcome = Program.call(folder, words).assertDone();
      assertTrue(outcome.out().contains("2 training images"), outcome::toString);
    }
  }

  @Tag("integration")
  @Test
  void imagesAreEncodedWithTheirClasses() {
    Program.Outcome trip =
        Program.call(folder, "reconstruct", "a", "--limit=3", "--out=r").assertDone();
    assertTrue(trip.out().contains("pixels whose level changed: 0 of"), trip::toString);
    Program.call(folder, "interpolate", "a", "--count=3", "--out=i").assertDone();
  }

  @Test
  void classesThatDoNotFitAreRefused() {
    Program.call(folder, "sample", "a", "--class=10")
        .assertRefused(2, "--class is '10'; allowed is 0 to 9");
    Program.call(folder, "sample", "a", "--like=test", "--class=1")
        .assertRefused(2, "--class does not go with --like");
    Program.call(folder, "export", "a", "--flax=a.flax")
        .assertRefused(3, "a has data.classes or data.augment", "--npz");
    Program.train(folder, "--run=b", "--set=data.classes=5")
        .assertRefused(3, "data.classes is 5", "set it to");
    Program.train(folder, "--resume=a", "--set=data.classes=0")
        .assertRefused(3, "data.classes cannot change in a run that is resumed");
  }

  private static JsonNode evaluated(String model, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", model, "--times=2", "--json=report.json"));
    arguments.addAll(List.of(more));
    Program.call(folder, arguments.toArray(String[]::new)).assertDone();
    return new ObjectMapper().readTree(folder.resolve("report.json").toFile());
  }

  @Tag("integration")
  @Test
  void classesOfOtherImagesComeFromTheirFilesOrAnOption() throws IOException {
    Program.call(folder, "sample", "a", "--count=3", "--steps=2", "--out=few").assertDone();
    JsonNode inArchive = evaluated("a", "--images=few/samples.npz");
    JsonNode said = evaluated("a", "--images=few/images", "--class=few/samples.npz");
    JsonNode other = evaluated("a", "--images=few/samples.npz", "--class=7");
    assertEquals(inArchive.get("total"), said.get("total"));
    assertNotEquals(inArchive.get("total"), other.get("total"));
    assertEquals(
        "3 images of " + folder.resolve("few/samples.npz") + ", --class 7",
        other.get("images").asText());
    Program.call(folder, "reconstruct", "a", "--images=few/images", "--class=1", "--out=one")
        .assertDone();

    Program.call(folder, "evaluate", "a", "--images=few/images")
        .assertRefused(3, "few/images has no classes", "give --class N or FILE");
    Program.call(folder, "evaluate", "a", "--images=few/images", "--class=10")
        .assertRefused(2, "--class is '10'; allowed is 0 to 9");
    Program.call(folder, "evaluate", "a", "--class=1").assertRefused(2, "--class is of --images");
    Npz.write(folder.resolve("two.npz"), Map.of("labels", NpyArray.of(new int[] {1, 2}, 2)));
    Program.call(folder, "evaluate", "a", "--images=few/images", "--class=two.npz")
        .assertRefused(3, "two.npz, array labels has shape [2], but the classes of 3 images");
    Npy.write(folder.resolve("large.npy"), NpyArray.of(new int[] {1, 10, 2}, 3));
    Program.call(folder, "evaluate", "a", "--images=few/images", "--class=large.npy")
        .assertRefused(3, "classes are 0 to 9, but image 1 of ", "few/images is of class 10");
  }

  @Tag("integration")
  @Test
  void anExportedModelIsEvaluatedAndSampledLikeTheRun() throws IOException {
    Program.trainPlain(folder, "--set=data.classes=10", "--steps=1", "--run=vdm").assertDone();
    Program.call(folder, "export", "vdm", "--to=model").assertDone();
    assertEquals(
        evaluated("vdm", "--limit=5").get("total"), evaluated("model", "--limit=5").get("total"));
    for (String model : new String[] {"vdm", "model/1"}) {
      Program.call(
              folder, "sample", model, "--count=3", "--steps=2", "--class=4", "--out=of-" + model)
          .assertDone();
    }
    assertArrayEquals(images("of-vdm/samples.npz"), images("of-model/1/samples.npz"));
  }

  @Tag("integration")
  @Test
  void weightsGoToNumPyAndBackAndTheGraphIsWritten() throws IOException {
    Program.call(folder, "export", "a", "--npz=weights.npz").assertDone();
    Program.call(folder, "import", "--npz=weights.npz", "--config=a/config.yaml", "--to=back")
        .assertDone();
    assertEquals(
        evaluated("a", "--limit=6").get("total"), evaluated("back", "--limit=6").get("total"));
    Program.call(folder, "graph", "--set=data.classes=10", "--to=graphs").assertDone();
  }
}
