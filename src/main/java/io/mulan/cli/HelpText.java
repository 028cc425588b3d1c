package io.mulan.cli;

import java.util.List;
import org.apache.commons.cli.Option;

/** The texts of {@code --help}: examples first. */
final class HelpText {
  private static final int INDENT = 24;

  private HelpText() {}

  static String of(List<Command> commands) {
    StringBuilder text = new StringBuilder();
    text.append("mulan: diffusion models with learned adaptive noise\n\nExamples\n");
    commands.forEach(c -> text.append(c.examples().lines().findFirst().orElse("")).append('\n'));
    text.append("\nCommands\n");
    commands.forEach(c -> text.append(row(c.name(), c.summary())));
    text.append(row("--help, --version", "mulan COMMAND --help tells a command's options"));
    text.append(
        """

        Exit codes
          0 done, 1 unexpected, 2 command line, 3 configuration or data, 4 checkpoint or model,
          5 training diverged, 130 interrupted (saved; the same command goes on)
        """);
    return text.toString();
  }

  static String of(Command command) {
    StringBuilder text = new StringBuilder();
    text.append("mulan ").append(command.name()).append(": ").append(command.summary());
    text.append("\n\nExamples\n").append(command.examples()).append("\nOptions\n");
    for (Option option : command.options().getOptions()) {
      String name = "--" + option.getLongOpt();
      text.append(
          row(option.hasArg() ? name + " " + option.getArgName() : name, option.getDescription()));
    }
    return text.append(row("--help", "this text")).toString();
  }

  private static String row(String left, String right) {
    return "  " + left + " ".repeat(Math.max(1, INDENT - left.length())) + right + "\n";
  }
}
