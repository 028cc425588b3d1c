package io.mulan.cli;

import io.mulan.flow.FlowSolver.Tolerance;
import org.apache.commons.cli.Options;

/** The options of commands that follow the probability flow there and back. */
final class FlowOptions {
  private static final double ERROR = 1e-5;

  private FlowOptions() {}

  static Options of(Options options) {
    return options
        .addOption(ConfigOptions.withValue("rtol", "X", "relative tolerance (1e-5)"))
        .addOption(ConfigOptions.withValue("atol", "X", "absolute tolerance (1e-5)"))
        .addOption(ConfigOptions.withValue("out", "DIR", "where to write"));
  }

  static Tolerance tolerance(Arguments given) {
    return new Tolerance(given.positive("rtol", ERROR), given.positive("atol", ERROR));
  }
}
