package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.data.Datasets;
import io.mulan.data.ImageFiles;
import io.mulan.data.NpyArray;
import io.mulan.data.Npz;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan sample}, {@code reconstruct} and {@code interpolate} on a small run. */
final class SamplingCommandsTest {
  private static final ImageShape DIGIT = new ImageShape(8, 8, 1);

  @TempDir static Path folder;

  @BeforeAll
  static void train() {
    Program.train(folder, "--steps=6", "--run=a").assertDone();
  }

  private static byte[] images(String file) {
    try (Npz npz = Npz.open(folder.resolve(file))) {
      return npz.array("images").toBytes();
    }
  }

  @Test
  void theSameSeedDrawsTheSameImagesWhateverTheirNumber() {
    Program.run(folder, "sample", "a", "--count=5", "--steps=4", "--seed=3", "--out=s1")
        .assertDone();
    Program.run(folder, "sample", "a", "--count=5", "--steps=4", "--seed=3", "--out=s2")
        .assertDone();
    assertArrayEquals(images("s1/samples.npz"), images("s2/samples.npz"));
    assertArrayEquals(
        images("s1/samples.npz"),
        ImageFiles.read(folder.resolve("s1/images"), DIGIT, 17).toArray().toBytes(),
        "pictures and array are the same images");
    Program.run(
            folder, "sample", "a", "--count=5", "--batch=2", "--steps=4", "--seed=3", "--out=s3")
        .assertDone();
    byte[] one = images("s1/samples.npz");
    byte[] other = images("s3/samples.npz");
    int different = 0;
    for (int i = 0; i < one.length; i++) {
      different += one[i] == other[i] ? 0 : 1;
    }
    assertTrue(different <= 1, "rounding alone may differ: " + different);
  }

  @Test
  void movingPicturesAndSweeps() throws IOException {
    Program.run(folder, "sample", "a", "--count=4", "--steps=3", "--gif", "--out=g").assertDone();
    var reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (var in = ImageIO.createImageInputStream(folder.resolve("g/denoising.gif").toFile())) {
      reader.setInput(in);
      assertEquals(4, reader.getNumImages(true), "the noise and three steps");
    } finally {
      reader.dispose();
    }
    Program.Outcome sweep =
        Program.run(folder, "sample", "a", "--count=2", "--steps-sweep=2,4", "--out=w")
            .assertDone();
    assertTrue(
        sweep.out().matches("(?s).*\n +2 +\\d+\\.\\d+ ± .*\n +4 +\\d+\\.\\d+ ± .*"),
        sweep::toString);
    BufferedImage grid = ImageIO.read(folder.resolve("w/grid.png").toFile());
    assertEquals(2 + 2 * 66, grid.getHeight());
    assertTrue(Files.exists(folder.resolve("w/bound.png")));
  }

  @Test
  void latentsOfImagesAndOfFiles() {
    Program.run(
            folder,
            "sample",
            "a",
            "--count=3",
            "--steps=2",
            "--like=test",
            "--out=like",
            "--last=draw")
        .assertDone();
    Program.run(
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
    Program.run(folder, "sample", "a", "--latents=wrong.npz")
        .assertRefused(3, "wrong.npz has latents of size 3, the model's have 16");
  }

  @Test
  void alongTheFlow() {
    Program.run(folder, "sample", "a", "--count=2", "--sampler=heun", "--steps=3", "--out=h")
        .assertDone();
    Program.run(folder, "sample", "a", "--count=2", "--sampler=flow", "--rtol=1e-3", "--out=f")
        .assertDone();
    assertEquals(2 * 64, images("f/samples.npz").length);
  }

  @Test
  void imagesComeBackFromTheirNoise() {
    Program.Outcome done =
        Program.run(folder, "reconstruct", "a", "--limit=3", "--out=r").assertDone();
    assertTrue(done.out().contains("pixels whose level changed: 0 of 192"), done::toString);
    Program.Outcome between =
        Program.run(folder, "interpolate", "a", "--from=2", "--to=7", "--count=3", "--out=i")
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
    Program.run(folder, "sample", "a", "--steps=0").assertRefused(2, "--steps is '0'", "from 1");
    Program.run(folder, "sample", "a", "--count=-3").assertRefused(2, "--count is '-3'");
    Program.run(folder, "sample", "a", "--steps-sweep=4,zero")
        .assertRefused(2, "--steps-sweep is 'zero'");
    Program.run(folder, "sample", "a", "--sampler=flow", "--steps=4")
        .assertRefused(2, "--steps goes with --sampler ancestral");
    Program.run(folder, "sample", "a", "--like=none").assertRefused(3, "none is no file or folder");
    Program.run(folder, "reconstruct", "a", "--atol=0").assertRefused(2, "--atol is '0'");
    Program.run(folder, "interpolate", "a", "--to=297").assertRefused(3, "--to is 297", "are 297");
    BufferedImage large = new BufferedImage(9, 8, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(large, "png", folder.resolve("large.png").toFile());
    Program.run(folder, "reconstruct", "a", "--images=large.png")
        .assertRefused(3, "large.png is 8×9", "resize it");
    Files.writeString(folder.resolve("taken"), "");
    Program.run(folder, "sample", "a", "--count=1", "--steps=1", "--out=taken/x")
        .assertRefused(3, "taken/x/grid.png can't be written", "--out");
  }
}
