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
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan plot} on small runs. */
@CallsCommands
final class PlotCommandTest {
  private static final List<String> ALWAYS =
      List.of("gamma", "snr", "dnu_dt", "gamma_map", "sigma2_map", "gamma_histogram", "integrand");

  @TempDir static Path folder;

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
  void allPicturesOfARunAreDrawn() throws IOException {
    Program.Outcome done =
        Program.call(folder, "plot", SmallRuns.learned().toString(), "--limit=24", "--out=all")
            .assertDone();
    assertThere("all", ALWAYS);
    assertTrue(Files.exists(folder.resolve("all/gamma_map.gif")));
    assertTrue(Files.readString(folder.resolve("all/plot.json")).contains("first 24 test images"));
    assertTrue(done.out().contains("weights of step 4"), done::toString);
    assertTrue(done.out().contains("integrand_by_brightness"), done::toString);
  }

  @Tag("integration")
  @Test
  void anExportedModelIsDrawnToo() throws IOException {
    Program.call(folder, "plot", SmallRuns.exported().toString(), "--limit=12", "--out=exported")
        .assertDone();
    assertThere("exported", ALWAYS);
  }

  /** And the run may be one that was stopped: it has no result. */
  @Test
  void picturesOfMissingPartsAreLeftOutWithALine() throws IOException {
    Path stopped = SmallRuns.copy(SmallRuns.plain(), folder.resolve("stopped"));
    Files.delete(stopped.resolve("result.json"));
    Program.Outcome done = Program.call(folder, "plot", "stopped", "--limit=12").assertDone();
    assertThere("stopped/plots/test-4", List.of("gamma", "snr", "dnu_dt", "integrand"));
    assertFalse(Files.exists(folder.resolve("stopped/plots/test-4/gamma_map.png")));
    assertFalse(Files.exists(folder.resolve("stopped/plots/test-4/latent_pca.png")));
    assertTrue(done.out().contains("the schedule is the same for all pixels"), done::toString);
    assertTrue(done.out().contains("the model has no latent"), done::toString);
  }

  @Tag("integration")
  @Test
  void schedulesConditionedOnTheClassAreComparedByClass() throws IOException {
    Program.train(
            folder,
            "--steps=2",
            "--run=classes",
            "--set=latent.kind=none",
            "--set=data.classes=10",
            "--set=data.view=intensity")
        .assertDone();
    Program.call(folder, "plot", "classes", "--limit=30", "--out=of-classes").assertDone();
    assertThere("of-classes", List.of("sigma2_by_grey_half", "grey_half_map", "gamma_by_image"));
  }

  /** With a normal latent, whose components all depend on the image from the start. */
  @Tag("integration")
  @Test
  void imagesOfOtherChannelsAreNotDrawnIntoTheMap() throws IOException {
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
        Program.call(folder, "plot", "pairs", "--limit=12", "--out=of-pairs").assertDone();
    assertThere("of-pairs", ALWAYS);
    assertThere("of-pairs", List.of("gamma_by_channel", "latent_components"));
    assertFalse(Files.exists(folder.resolve("of-pairs/latent_pca.png")));
    assertTrue(done.out().contains("images are shown that have 1 or 3 channels"), done::toString);
    Program.call(folder, "report", "pairs", "--samples=0", "--images=12").assertDone();
  }

  @Test
  void badInput() throws IOException {
    Files.createDirectory(folder.resolve("empty"));
    Program.call(folder, "plot", "empty").assertRefused(3, "empty holds no run");
    Program.call(folder, "plot", "none").assertRefused(3, "none is not there");
    Program.call(folder, "plot").assertRefused(2, "needs RUN");
    String run = SmallRuns.plain().toString();
    Program.call(folder, "plot", run, "--limit=0").assertRefused(2, "--limit is '0'", "from 1");
    Program.call(folder, "plot", run, "--step=3").assertRefused(2, "--step is '3'", "4]");
    Path young = Files.createDirectory(folder.resolve("young"));
    Files.copy(SmallRuns.plain().resolve("config.yaml"), young.resolve("config.yaml"));
    Program.call(folder, "plot", "young").assertRefused(4, "young has no checkpoint yet");
    Files.writeString(folder.resolve("taken"), "");
    Program.call(folder, "plot", run, "--limit=1", "--out=taken/x")
        .assertRefused(3, "cannot be written", "--out");
    assertEquals(0, Files.size(folder.resolve("taken")));
  }
}
