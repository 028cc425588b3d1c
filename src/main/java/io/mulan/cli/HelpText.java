package io.mulan.cli;

import java.util.List;
import org.apache.commons.cli.Option;

/** The texts of {@code --help}: examples first. */
final class HelpText {
  private static final int INDENT = 24;
  private static final int EXAMPLE = 32;

  private HelpText() {}

  static String of(List<Command> commands) {
    StringBuilder text = new StringBuilder();
    text.append("mulan: diffusion models with learned adaptive noise\n\nExamples\n");
    commands.forEach(c -> text.append(firstExample(c)));
    text.append("\nCommands\n");
    commands.forEach(c -> text.append(row(c.name(), c.summary())));
    text.append(row("--help, --version", "mulan COMMAND --help prints a command's options"));
    text.append(
        """

        Exit codes
          0 done, 1 unexpected, 2 command line, 3 configuration or data, 4 checkpoint or model,
          5 training diverged, 6 another worker was lost, 130 interrupted (saved; the same command resumes)
        """);
    return text.toString();
  }

  static String of(Command command) {
    StringBuilder text = new StringBuilder();
    text.append("mulan ").append(command.name()).append(": ").append(command.summary());
    text.append("\n\nExamples\n").append(command.examples()).append("\nOptions\n");
    for (Option option : command.options().all().getOptions()) {
      String name = "--" + option.getLongOpt();
      text.append(
          row(option.hasArg() ? name + " " + option.getArgName() : name, option.getDescription()));
    }
    return text.append(row("--help", "this text")).toString();
  }

  /** The first example, in one column with those of others. */
  private static String firstExample(Command command) {
    String[] parts = command.examples().lines().findFirst().orElse("").strip().split(" {2,}", 2);
    return line(parts[0], EXAMPLE, parts[1]);
  }

  private static String row(String left, String right) {
    return line(left, INDENT, right);
  }

  /** Two columns; one too wide for the first has a line of its own. */
  private static String line(String left, int width, String right) {
    String gap =
        left.length() < width - 1
            ? " ".repeat(width - left.length())
            : "\n" + " ".repeat(width + 2);
    return "  " + left + gap + right + "\n";
  }
}
