package io.mulan.cli;

import io.mulan.flow.Tolerance;
import org.apache.commons.cli.CommandLine;
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

  static Tolerance tolerance(CommandLine line) {
    return tolerance(new OptionValues(line));
  }

  static Tolerance tolerance(OptionValues values) {
    return new Tolerance(values.positive("rtol", ERROR), values.positive("atol", ERROR));
  }
}
