package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan plot} on a small run that was never finished. */
final class PlotCommandTest {
  @TempDir static Path folder;

  @BeforeAll
  static void train() throws IOException {
    Program.train(folder, "--steps=2", "--run=a").assertDone();
    Files.delete(folder.resolve("a/result.json"));
  }

  @Test
  void everyPlotIsThereTwice() throws IOException {
    String out = Program.run(folder, "plot", "a", "--limit=12", "--times=2").assertDone().out();
    Path plots = folder.resolve("a/plots/test");
    for (String name : List.of("gamma", "snr", "rate", "sigma2", "histogram", "integrand")) {
      assertTrue(out.contains("  " + name + " "), out);
      assertTrue(ImageIO.read(plots.resolve(name + ".png").toFile()).getWidth() > 400, name);
      assertTrue(Files.readString(plots.resolve(name + ".svg")).contains("</svg>"), name);
    }
    assertTrue(Files.size(plots.resolve("sigma2.gif")) > 0);
    // Untrained latents differ between images.
    for (String name : List.of("images", "latents-pca", "latents-tsne", "latents-noise")) {
      assertTrue(ImageIO.read(plots.resolve(name + ".png").toFile()).getWidth() > 400, name);
    }
    assertTrue(ImageIO.read(plots.resolve("clusters.png").toFile()).getWidth() > 100);
  }

  @Test
  void whatCantBePlottedIsSaidInALine() throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    Program.Outcome empty = Program.run(folder, "plot", "empty");
    assertEquals(ExitCode.CONFIGURATION, empty.code(), empty::toString);
    assertEquals(1, empty.err().lines().count(), empty::toString);
    Program.Outcome single = Program.run(folder, "plot", "a", "--limit=1");
    assertEquals(ExitCode.CONFIGURATION, single.code(), single::toString);
    assertTrue(single.err().contains("take more with --limit"), single::toString);
  }
}
