package io.mulan.cli;

import java.util.function.UnaryOperator;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** The options of a command, in the order of its help. */
final class OptionList {
  private final Options options = new Options();

  /** Adds an option with a value. */
  OptionList value(String name, String value, String description) {
    options.addOption(
        Option.builder().longOpt(name).hasArg().argName(value).desc(description).get());
    return this;
  }

  /** Adds an option without a value. */
  OptionList flag(String name, String description) {
    options.addOption(Option.builder().longOpt(name).desc(description).get());
    return this;
  }

  /** Adds options that several commands have. */
  OptionList with(UnaryOperator<OptionList> shared) {
    return shared.apply(this);
  }

  Options all() {
    return options;
  }
}
