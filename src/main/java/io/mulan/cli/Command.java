package io.mulan.cli;

import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

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

  /** Asked for late: help needs none, and the first takes a third of a second. */
  default Logger log() {
    return LogManager.getLogger(getClass());
  }

  /**
   * Runs it.
   *
   * @return the exit code
   */
  int run(Arguments given);
}
