package io.mulan.cli;

import java.util.List;

/** One of the program's commands. */
interface Command {
  /** Ends an argument that may be repeated. */
  String MORE = "...";

  String name();

  /** What it does, in one line. */
  String summary();

  /** Lines that can be typed as they are, each with what it does. */
  String examples();

  OptionList options();

  /**
   * What stands on the command line in addition to the options, such as {@code RUN}; of the last
   * there may be more than one if it ends with {@link #MORE}.
   */
  default List<String> arguments() {
    return List.of();
  }

  /**
   * Runs it.
   *
   * @return the exit code
   */
  int run(Arguments given);
}
