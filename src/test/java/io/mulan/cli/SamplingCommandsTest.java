package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.data.Datasets;
import io.mulan.data.ImageFiles;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan sample}, {@code reconstruct} and {@code interpolate} on a small run. */
@CallsCommands
final class SamplingCommandsTest {
  private static final ImageShape DIGIT = new ImageShape(8, 8, 1);

  @TempDir static Path folder;

  @BeforeAll
  static void copy() {
    SmallRuns.copy(SmallRuns.learned(), folder.resolve("a"));
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("plain"));
  }

  private static byte[] images(String file) {
    try (Npz npz = Npz.open(folder.resolve(file))) {
      return npz.array("images").toBytes();
    }
  }

  @Test
  void theSameSeedDrawsTheSameImagesInBatchesOfAnySize() {
    Program.call(folder, "sample", "a", "--count=5", "--steps=4", "--seed=3", "--out=s1")
        .assertDone();
    byte[] one = images("s1/samples.npz");
    assertArrayEquals(
        one,
        ImageFiles.read(folder.resolve("s1/images"), DIGIT, 17).toArray().toBytes(),
        "pictures and array are the same images");
    Program.call(
            folder, "sample", "a", "--count=5", "--batch=2", "--steps=4", "--seed=3", "--out=s2")
        .assertDone();
    byte[] other = images("s2/samples.npz");
    int different = 0;
    for (int i = 0; i < one.length; i++) {
      different += one[i] == other[i] ? 0 : 1;
    }
    assertTrue(different <= 1, "rounding alone may differ: " + different);
  }

  @Tag("integration")
  @Test
  void movingPicturesAndSweeps() throws IOException {
    Program.call(folder, "sample", "plain", "--count=4", "--steps=3", "--gif", "--out=g")
        .assertDone();
    var reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (var in = ImageIO.createImageInputStream(folder.resolve("g/denoising.gif").toFile())) {
      reader.setInput(in);
      assertEquals(4, reader.getNumImages(true), "the noise and three steps");
    } finally {
      reader.dispose();
    }
    Program.Outcome sweep =
        Program.call(folder, "sample", "plain", "--count=2", "--steps-sweep=1,2", "--out=w")
            .assertDone();
    assertTrue(
        sweep
            .out()
            .matches(
                "(?s).*\nancestral +1 +1 +bound \\d.* ± .*\nancestral +2 +2 +bound \\d.* ± .*"),
        sweep::toString);
    BufferedImage grid = ImageIO.read(folder.resolve("w/grid.png").toFile());
    assertEquals(2 + 2 * 66, grid.getHeight());
    assertTrue(Files.exists(folder.resolve("w/bound.png")));
  }

  @Tag("integration")
  @Test
  void latentsOfImagesAndOfFiles() {
    Program.call(
            folder,
            "sample",
            "a",
            "--count=3",
            "--steps=2",
            "--like=test",
            "--out=like",
            "--last=draw")
        .assertDone();
    Program.call(
            folder,
            "sample",
            "a",
            "--count=3",
            "--steps=2",
            "--latents=like/samples.npz",
            "--out=given",
            "--last=draw")
        .assertDone();
    assertArrayEquals(images("like/samples.npz"), images("given/samples.npz"));
    Npz.write(
        folder.resolve("wrong.npz"), Map.of("latents", NpyArray.of(new float[] {1, 2, 3}, 1, 3)));
    Program.call(folder, "sample", "a", "--latents=wrong.npz")
        .assertRefused(3, "wrong.npz has latents of size 3, the model's have 16");
  }

  @Test
  void alongTheFlow() throws IOException {
    Program.Outcome heun =
        Program.call(
                folder, "sample", "plain", "--count=2", "--sampler=heun", "--steps=3", "--out=h")
            .assertDone();
    assertTrue(heun.out().contains("heun in 3 steps, 6 evaluations"), heun::toString);
    Program.call(
            folder,
            "sample",
            "a",
            "--count=2",
            "--sampler=dpmpp-2m",
            "--steps=3",
            "--clip",
            "--out=d")
        .assertDone();
    JsonNode made = settings("d");
    assertEquals("dpmpp-2m", made.get("sampler").asText());
    assertEquals(3, made.get("evaluations").asInt());
    assertTrue(made.get("clip").asBoolean());
    Program.call(folder, "sample", "a", "--count=2", "--sampler=flow", "--rtol=1e-2", "--out=f")
        .assertDone();
    assertEquals(2 * 64, images("f/samples.npz").length);
    assertTrue(settings("f").get("evaluations").asInt() > 6, "an adaptive step has six or more");
  }

  private static JsonNode settings(String out) throws IOException {
    return new ObjectMapper()
        .readTree(folder.resolve(out).resolve("sample.json").toFile())
        .get("settings");
  }

  /** {@code arr_0} [N,H,W,3] from 0 to 255, from 17 levels of grey. */
  @Test
  void samplesAreThereAsEvaluatorsReadThem() {
    Program.call(folder, "sample", "plain", "--count=3", "--steps=2", "--out=e").assertDone();
    try (Npz npz = Npz.open(folder.resolve("e/samples.npz"))) {
      NpyArray array = npz.array("arr_0");
      assertArrayEquals(new int[] {3, 8, 8, 3}, array.shape());
      byte[] levels = npz.array("images").toBytes();
      byte[] rgb = array.toBytes();
      for (int i = 0; i < rgb.length; i++) {
        assertEquals((levels[i / 3] * 255 + 8) / 16, rgb[i] & 0xff);
      }
    }
  }

  @Test
  void samplersSideBySide() throws IOException {
    Program.Outcome sweep =
        Program.call(
                folder,
                "sample",
                "plain",
                "--count=2",
                "--sampler=ddim,dpmpp-2m",
                "--steps-sweep=2,3",
                "--out=side")
            .assertDone();
    assertTrue(
        sweep.out().matches("(?s).*\ndpmpp-2m +3 +3 +\\d\\.\\d+ levels from the flow\n.*"),
        sweep::toString);
    BufferedImage grid = ImageIO.read(folder.resolve("side/grid.png").toFile());
    assertEquals(2 + 4 * 66, grid.getHeight());
    assertFalse(Files.exists(folder.resolve("side/bound.png")), "the bound is of the chain");
  }

  @Test
  void imagesComeBackFromTheirNoise() {
    Program.Outcome done =
        Program.call(folder, "reconstruct", "a", "--limit=3", "--out=r").assertDone();
    assertTrue(done.out().contains("pixels whose level changed: 0 of 192"), done::toString);
    Program.Outcome between =
        Program.call(folder, "interpolate", "plain", "--from=2", "--to=7", "--count=3", "--out=i")
            .assertDone();
    assertTrue(between.out().contains("3 images from 2 to 7"), between::toString);
    byte[] ends = images("i/interpolation.npz");
    byte[] test = new byte[64];
    Datasets.open(ConfigReader.readComplete(folder.resolve("a/config.yaml")).data())
        .test()
        .copy(2, test, 0);
    assertArrayEquals(test, Arrays.copyOf(ends, 64), "the first is the image itself");
  }

  @Test
  void badInput() throws IOException {
    Program.call(folder, "sample", "a", "--steps=0").assertRefused(2, "--steps is '0'", "from 1");
    Program.call(folder, "sample", "a", "--count=-3").assertRefused(2, "--count is '-3'");
    Program.call(folder, "sample", "a", "--steps-sweep=4,zero")
        .assertRefused(2, "--steps-sweep is 'zero'");
    Program.call(folder, "sample", "a", "--sampler=flow", "--steps=4")
        .assertRefused(2, "--steps does not go with --sampler flow");
    Program.call(folder, "sample", "a", "--sampler=flow", "--clip")
        .assertRefused(2, "--clip does not go with --sampler flow");
    Program.call(folder, "sample", "a", "--sampler=ddim,heun")
        .assertRefused(2, "--sampler is 'ddim,heun'", "dpmpp-2m");
    Program.call(folder, "sample", "a", "--sampler=ddim,flow", "--steps-sweep=2")
        .assertRefused(2, "--sampler is 'flow'");
    Program.call(folder, "sample", "a", "--like=none")
        .assertRefused(3, "none is not a file or folder");
    Program.call(folder, "reconstruct", "a", "--atol=0").assertRefused(2, "--atol is '0'");
    Program.call(folder, "interpolate", "a", "--to=297").assertRefused(3, "--to is 297", "are 297");
    BufferedImage large = new BufferedImage(9, 8, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(large, "png", folder.resolve("large.png").toFile());
    Program.call(folder, "reconstruct", "a", "--images=large.png")
        .assertRefused(3, "large.png is 8×9", "resize it");
    Files.writeString(folder.resolve("taken"), "");
    for (String command : List.of("sample", "reconstruct", "interpolate", "plot")) {
      Program.Outcome refused = Program.call(folder, command, "a", "--out=taken/x");
      refused.assertRefused(3, "taken/x/" + command + ".json cannot be written", "--out");
      assertFalse(refused.err().contains("building the model"), "refused before the work");
    }
  }

  private static List<String> names(Path in) throws IOException {
    try (Stream<Path> all = Files.list(in)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Tag("integration")
  @Test
  void imagesOfAnEarlierDrawAreRemoved() throws IOException {
    Path out = folder.resolve("again");
    Program.call(folder, "sample", "plain", "--count=4", "--steps=2", "--gif", "--out=again")
        .assertDone();
    Files.writeString(out.resolve("mine.txt"), "");
    assertEquals(4, names(out.resolve("images")).size());
    Program.call(folder, "sample", "plain", "--count=2", "--steps=2", "--out=again").assertDone();
    assertEquals(
        List.of("grid.png", "images", "mine.txt", "sample.json", "samples.npz"), names(out));
    assertEquals(List.of("0000.png", "0001.png"), names(out.resolve("images")));
    Program.call(folder, "sample", "plain", "--count=2", "--steps-sweep=1", "--out=again")
        .assertDone();
    assertEquals(List.of("bound.png", "grid.png", "images", "mine.txt", "sample.json"), names(out));
    assertEquals(List.of(), names(out.resolve("images")));
  }

  /** More images than one Java array holds: they come batch by batch, and what has come is kept. */
  @Tag("integration")
  @Test
  void anInterruptedDrawOfFortyMillionKeepsWhatWasDrawn() throws IOException {
    Path drawn = folder.resolve("many/.unfinished-samples.npz-images");
    Program.Outcome outcome =
        Program.callUntil(
            () -> Files.exists(drawn) && drawn.toFile().length() >= 1 << 15,
            folder,
            "sample",
            "plain",
            "--count=40000000",
            "--steps=1",
            "--batch=64",
            "--out=many");
    assertEquals(130, outcome.code(), outcome::toString);
    assertTrue(outcome.err().contains("of 40000000 images are written"), outcome::toString);
    int count = images("many/samples.npz").length / 64;
    assertTrue(count >= 512, "only " + count);
    JsonNode made = new ObjectMapper().readTree(folder.resolve("many/sample.json").toFile());
    assertEquals(count, made.at("/settings/count").asInt());
    assertEquals(40_000_000, made.at("/settings/asked").asInt());
    assertEquals(
        List.of("grid.png", "images", "sample.json", "samples.npz"), names(folder.resolve("many")));
    byte[] of = images("many/samples.npz");
    Program.call(folder, "sample", "plain", "--count=64", "--steps=1", "--out=few").assertDone();
    assertArrayEquals(images("few/samples.npz"), Arrays.copyOf(of, 64 * 64));
  }

  @Tag("integration")
  @Test
  void imagesThatAreNotPicturesAreWrittenAsArrays() throws IOException {
    byte[] levels = new byte[40 * 8 * 8 * 2];
    new Random(2).nextBytes(levels);
    Npy.write(folder.resolve("two.npy"), NpyArray.of(levels, 40, 8, 8, 2));
    Program.trainPlain(
            folder, "--set=data.kind=npy", "--set=data.path=two.npy", "--steps=1", "--run=two")
        .assertDone();
    for (String[] command :
        new String[][] {
          {"sample", "--count=3", "--steps=2"},
          {"sample", "--count=3", "--steps-sweep=1"},
          {"reconstruct", "--limit=2", "--rtol=1e-2", "--atol=1e-2"},
          {"interpolate", "--count=3", "--rtol=1e-2", "--atol=1e-2"}
        }) {
      String out = "two-" + String.join("", command);
      List<String> words = new ArrayList<>(List.of(command));
      words.addAll(1, List.of("two", "--out=" + out));
      Program.Outcome done = Program.call(folder, words.toArray(String[]::new)).assertDone();
      assertTrue(done.err().contains("no pictures: images of 8×8×2"), done::toString);
      assertTrue(names(folder.resolve(out)).contains(command[0] + ".json"), done::toString);
      assertFalse(names(folder.resolve(out)).contains("grid.png"), done::toString);
    }
  }
}
