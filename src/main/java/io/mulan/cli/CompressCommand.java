package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.compression.Platform;
import io.mulan.config.RunConfig;
import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.results.Compression;
import io.mulan.results.OutFolder;
import io.mulan.run.ChosenImages;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;

/** {@code mulan compress}: images to a file that is as long as the bound says. */
final class CompressCommand implements ModelCommand {
  private static final int STEPS = 250;
  private static final int BATCH = 64;

  /** What the number of cells must be a multiple of. */
  private static final double QUARTER = 0.25;

  @Override
  public String name() {
    return "compress";
  }

  @Override
  public String summary() {
    return "compress images without loss by a trained model";
  }

  @Override
  public String examples() {
    return """
          mulan compress runs/digits                    the test images: a file, and what it takes
          mulan compress runs/digits --check            and read again before it gets its name
          mulan compress runs/digits --images DIR --out pictures.mulan   your own images
          mulan compress runs/digits --steps 1000       a longer chain: smaller, and slower
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(ImageChoice::options)
        .with(TrainedOptions::add)
        .value("steps", "T", "of the chain (250, or the model's own)")
        .value("cells", "M", "cells of the grid of z to a standard deviation (1)")
        .value("streams", "N", "worked on at once; each begins from nothing (one for 2048 images)")
        .value("batch", "N", "images in the network at once, a power of two (64)")
        .flag("check", "read each stream again and compare the images")
        .value("out", "FILE", "the file (RUN/compressed/IMAGES-steps-T.mulan)");
  }

  @Override
  public int run(Arguments given, TrainedRun run) {
    try {
      ChosenImages images = ImageChoice.read(given, run);
      Compression.Options options = options(given, run.config());
      Path out =
          given.has("out")
              ? given.path("out")
              : run.results()
                  .resolve("compressed")
                  .resolve(images.name() + "-steps-" + options.steps() + ".mulan");
      OutFolder.requireWritable(out);
      Platform platform = Platform.of(given.environment(), given.around().properties());
      given
          .out()
          .print(Compression.write(run, images, options, platform, out, given.terminal()).text());
      given.out().println("file: " + out + " (mulan decompress)");
      return ExitCode.OK;
    } catch (Stopped e) {
      return ExitCode.INTERRUPTED;
    }
  }

  private static Compression.Options options(Arguments given, RunConfig config) {
    int own = config.loss().timesteps() > 0 ? config.loss().timesteps() : STEPS;
    double cells = given.positive("cells", 1);
    if (cells % QUARTER != 0 || cells > 1 << 10) {
      throw new UsageException(
          "--cells is '" + given.text("cells") + "'; allowed is a multiple of 0.25 up to 1024");
    }
    return new Compression.Options(
        given.count("steps", own, 1),
        cells,
        given.count("streams", 1, 1),
        given.count("batch", BATCH, 1),
        given.has("check"));
  }
}
