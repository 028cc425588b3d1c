package io.mulan.cli;

import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** One of the program's commands. */
interface Command {
  String name();

  /** What it does, in one line. */
  String summary();

  /** Lines that can be typed as they are, each with what it does. */
  String examples();

  Options options();

  /** What stands on the command line beside the options, such as {@code RUN}. */
  default List<String> arguments() {
    return List.of();
  }

  /** Whether the last of them may be followed by more of its kind. */
  default boolean takesMore() {
    return false;
  }

  /**
   * Runs it.
   *
   * @return the exit code
   */
  int run(CommandLine line, Interruption interruption);
}
