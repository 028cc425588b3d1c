package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.files.ConfigException;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.results.Interpolation;
import io.mulan.results.OutFolder;
import io.mulan.run.ChosenImages;
import io.mulan.run.TrainedRun;

/** {@code mulan interpolate}: images between two, along the arc between their noises. */
final class InterpolateCommand implements ModelCommand {
  private static final int COUNT = 9;

  @Override
  public String name() {
    return "interpolate";
  }

  @Override
  public String summary() {
    return "images between two, through the noise of the probability flow";
  }

  @Override
  public String examples() {
    return """
          mulan interpolate runs/digits                              from test image 0 to test image 1
          mulan interpolate runs/digits --from 5 --to 12 --count 15  more on the way
          mulan interpolate runs/digits --images DIR                 between the first two pictures there
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .with(ImageChoice::options)
        .value("from", "I", "number of the first image (0)")
        .value("to", "J", "number of the second image (1)")
        .value("count", "N", "images, with both ends (9)")
        .with(TrainedOptions::flow);
  }

  @Override
  public int run(Arguments given, TrainedRun run) {
    int count = given.count("count", COUNT, 2);
    Tolerance tolerance = given.tolerance();
    try {
      ChosenImages choice = ImageChoice.read(given, run);
      int from = index(given, "from", 0, choice);
      int to = index(given, "to", 1, choice);
      String name = choice.name() + "-" + from + "-" + to;
      OutFolder out = TrainedOptions.out(given, run, "interpolations", name, Interpolation.JSON);
      new Interpolation(
              run, choice, from, to, count, tolerance, out, given.terminal(), given.out()::println)
          .write();
      return ExitCode.OK;
    } catch (Stopped e) {
      log().info("stopped early: nothing is written; the same command draws the same images");
      return ExitCode.INTERRUPTED;
    }
  }

  private static int index(Arguments given, String option, int otherwise, ChosenImages choice) {
    int index = given.count(option, otherwise, 0);
    if (index >= choice.count()) {
      throw new ConfigException(
          "--"
              + option
              + " is "
              + index
              + ", but "
              + choice.description()
              + " are "
              + choice.count()
              + ", numbered from 0");
    }
    return index;
  }
}
