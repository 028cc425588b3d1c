package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.export.ExportedModel;
import io.mulan.results.OutFolder;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;
import java.util.List;

/** Which trained model: the first argument and {@code --step}. */
final class TrainedOptions {
  private static final String STEP = "step";
  private static final String BEST = "best";

  private TrainedOptions() {}

  static OptionList add(OptionList options) {
    return options.value(
        STEP, "N|best", "which checkpoint: of a step, or with the best bound (the newest)");
  }

  /** Of commands that follow the probability flow there and back. */
  static OptionList flow(OptionList options) {
    return options
        .value("rtol", "X", "relative tolerance (1e-5)")
        .value("atol", "X", "absolute tolerance (1e-5)")
        .value("out", "DIR", "where to write");
  }

  /** The run or exported model that the first argument names. */
  static TrainedRun read(Arguments given) {
    Path path = given.path(0);
    if (!given.has(STEP)) {
      return TrainedRun.newest(path, given.typed("runs"));
    }
    if (ExportedModel.isThere(path)) {
      throw new UsageException(
          "--step goes with a run folder; an exported model has one step only");
    }
    String asked = given.text(STEP);
    if (asked.equals(BEST)) {
      return TrainedRun.best(path);
    }
    List<Long> steps = TrainedRun.steps(path);
    if (steps.stream().noneMatch(s -> s.toString().equals(asked))) {
      throw new UsageException(
          "--step is '" + asked + "'; allowed is best or one of the steps kept: " + steps);
    }
    return TrainedRun.at(path, Long.parseLong(asked));
  }

  /**
   * The folder for a command's results: what {@code --out} says, or one of the run.
   *
   * @param json the file in it that says what the results were made with
   */
  static OutFolder out(Arguments given, TrainedRun run, String kind, String name, String json) {
    Path path = given.has("out") ? given.path("out") : run.results().resolve(kind).resolve(name);
    return new OutFolder(path, json);
  }
}
