package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.results.OutFolder;
import io.mulan.run.ChosenImages;
import io.mulan.run.TrainedRun;
import io.mulan.study.StudyFiles;

/** {@code mulan plot}: pictures of the noise that a model has learned. */
final class PlotCommand implements ModelCommand {
  private static final int COUNT = 300;

  @Override
  public String name() {
    return "plot";
  }

  @Override
  public String summary() {
    return "draw the learned schedule, where the loss comes from, and the latent space";
  }

  @Override
  public String examples() {
    return """
          mulan plot runs/digits                           on the first 300 test images, PNG and SVG
          mulan plot runs/digits --step best --out DIR     another checkpoint, into another folder
          mulan plot savedmodels/digits                    of an exported model
          mulan plot runs/digits --images DIR --limit 100  on your own images
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .with(ImageChoice::options)
        .value("out", "DIR", "where to write");
  }

  @Override
  public int run(Arguments given, TrainedRun run) {
    try {
      ChosenImages choice = ImageChoice.read(given, run, COUNT);
      String name = choice.name() + "-" + run.step();
      OutFolder out = TrainedOptions.out(given, run, "plots", name, StudyFiles.JSON);
      return new StudyFiles(run, choice, out, given.terminal(), given.out()::println).write()
          ? ExitCode.OK
          : ExitCode.INTERRUPTED;
    } catch (Stopped e) {
      log().info("interrupted: nothing is written; the same command draws the same pictures");
      return ExitCode.INTERRUPTED;
    }
  }
}
