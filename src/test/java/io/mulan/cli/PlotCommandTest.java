package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan plot} on small runs. */
final class PlotCommandTest {
  private static final List<String> ALWAYS =
      List.of("gamma", "snr", "dnu_dt", "gamma_map", "sigma2_map", "gamma_histogram", "integrand");

  @TempDir static Path folder;

  /** A normal latent, whose components all depend on the image from the start. */
  @BeforeAll
  static void train() {
    Program.train(folder, "--steps=6", "--run=a", "--set=latent.kind=gaussian").assertDone();
  }

  private static void assertThere(String plots, List<String> names) throws IOException {
    for (String name : names) {
      Path png = folder.resolve(plots).resolve(name + ".png");
      assertTrue(Files.exists(png), png::toString);
      BufferedImage picture = ImageIO.read(png.toFile());
      assertTrue(picture.getWidth() > 200 && picture.getHeight() > 200, name);
      String svg = Files.readString(folder.resolve(plots).resolve(name + ".svg"));
      assertTrue(svg.contains("<svg") && svg.contains("<title"), name);
    }
  }

  @Test
  void everythingIsDrawnOfARun() throws IOException {
    Program.Outcome done = Program.run(folder, "plot", "a", "--limit=24", "--out=all").assertDone();
    assertThere("all", ALWAYS);
    assertTrue(Files.exists(folder.resolve("all/gamma_map.gif")));
    assertTrue(Files.readString(folder.resolve("all/plot.json")).contains("first 24 test images"));
    assertTrue(done.out().contains("weights of step 6"), done::toString);
    assertTrue(done.out().contains("integrand_by_brightness"), done::toString);
  }

  @Test
  void whatTheModelDoesNotHaveIsLeftOutWithALine() throws IOException {
    Program.train(
            folder,
            "--steps=2",
            "--run=flat",
            "--set=latent.kind=none",
            "--set=schedule.kind=fixed")
        .assertDone();
    Program.Outcome done =
        Program.run(folder, "plot", "flat", "--limit=12", "--out=flat-plots").assertDone();
    assertThere("flat-plots", List.of("gamma", "snr", "dnu_dt", "integrand"));
    assertFalse(Files.exists(folder.resolve("flat-plots/gamma_map.png")));
    assertFalse(Files.exists(folder.resolve("flat-plots/latent_pca.png")));
    assertTrue(done.out().contains("the schedule is the same for all pixels"), done::toString);
    assertTrue(done.out().contains("the model has no latent"), done::toString);
  }

  @Test
  void schedulesThatGoByTheClassAreComparedByClass() throws IOException {
    Program.train(
            folder, "--steps=2", "--run=told", "--set=data.classes=10", "--set=data.view=intensity")
        .assertDone();
    Program.run(folder, "plot", "told", "--limit=30", "--out=told-plots").assertDone();
    assertThere("told-plots", List.of("sigma2_by_grey_half", "grey_half_map", "gamma_by_image"));
  }

  @Test
  void imagesThatCantBeShownAreNoMarks() throws IOException {
    byte[] levels = new byte[24 * 8 * 8 * 2];
    new Random(1).nextBytes(levels);
    Npz.write(
        folder.resolve("pairs.npz"),
        Map.of(
            "x_train",
            NpyArray.of(levels, 24, 8, 8, 2),
            "x_test",
            NpyArray.of(levels, 24, 8, 8, 2)));
    Program.train(
            folder,
            "--steps=2",
            "--run=pairs",
            "--set=data.kind=npz",
            "--set=data.path=pairs.npz",
            "--set=latent.kind=gaussian")
        .assertDone();
    Program.Outcome done =
        Program.run(folder, "plot", "pairs", "--limit=12", "--out=of-pairs").assertDone();
    assertThere("of-pairs", ALWAYS);
    assertThere("of-pairs", List.of("gamma_by_channel", "latent_components"));
    assertFalse(Files.exists(folder.resolve("of-pairs/latent_pca.png")));
    assertTrue(done.out().contains("images are shown that have 1 or 3 channels"), done::toString);
    Program.run(folder, "report", "pairs", "--samples=0", "--images=12").assertDone();
  }

  @Test
  void anExportedModelAndAnInterruptedRunAreDrawnToo() throws IOException {
    Program.run(folder, "export", "a", "--to=models").assertDone();
    Program.run(folder, "plot", "models", "--limit=12", "--out=exported").assertDone();
    assertThere("exported", ALWAYS);
    // What is there of a run that was stopped: configuration and a checkpoint, and no result.
    Path stopped = Files.createDirectories(folder.resolve("stopped/checkpoints/6"));
    Files.copy(folder.resolve("a/config.yaml"), folder.resolve("stopped/config.yaml"));
    try (Stream<Path> files = Files.list(folder.resolve("a/checkpoints/6"))) {
      for (Path file : files.toList()) {
        Files.copy(file, stopped.resolve(file.getFileName()));
      }
    }
    Program.run(folder, "plot", "stopped", "--limit=12").assertDone();
    assertThere("stopped/plots/test-6", ALWAYS);
  }

  @Test
  void badInput() throws IOException {
    Files.createDirectory(folder.resolve("empty"));
    Program.run(folder, "plot", "empty").assertRefused(3, "empty holds no run");
    Program.run(folder, "plot", "none").assertRefused(3, "none is not there");
    Program.run(folder, "plot").assertRefused(2, "needs RUN");
    Program.run(folder, "plot", "a", "--limit=0").assertRefused(2, "--limit is '0'", "from 1");
    Program.run(folder, "plot", "a", "--step=3").assertRefused(2, "--step is '3'", "[6]");
    Path young = Files.createDirectory(folder.resolve("young"));
    Files.copy(folder.resolve("a/config.yaml"), young.resolve("config.yaml"));
    Program.run(folder, "plot", "young").assertRefused(4, "young has no checkpoint yet");
    Files.writeString(folder.resolve("taken"), "");
    Program.run(folder, "plot", "a", "--limit=1", "--out=taken/x")
        .assertRefused(3, "can't be written", "--out");
    assertEquals(0, Files.size(folder.resolve("taken")));
  }
}
