package io.mulan.cli;

import io.mulan.config.DataConfig;
import io.mulan.console.Surroundings;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.flow.FlowSolver.Tolerance;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** What a command was given: words and options, each checked, and what is around it. */
final class Arguments {
  /** The option for the class of images. */
  static final String CLASS = "class";

  private final CommandLine line;
  private final Surroundings around;

  Arguments(CommandLine line, Surroundings around) {
    this.line = line;
    this.around = around;
  }

  Surroundings around() {
    return around;
  }

  Terminal terminal() {
    return around.terminal();
  }

  /** For results. */
  PrintStream out() {
    return around.out();
  }

  Map<String, String> environment() {
    return around.environment();
  }

  /** The words that are not options. */
  List<String> words() {
    return line.getArgList();
  }

  /** The options that are there, in the order of the command line. */
  List<Option> options() {
    return List.of(line.getOptions());
  }

  boolean has(String option) {
    return line.hasOption(option);
  }

  /** The text of an option; null if it is not there. */
  String text(String option) {
    return line.getOptionValue(option);
  }

  String text(String option, String otherwise) {
    return line.getOptionValue(option, otherwise);
  }

  /** The texts of an option that may be repeated. */
  List<String> texts(String option) {
    return has(option) ? List.of(line.getOptionValues(option)) : List.of();
  }

  /** The path that an option says. */
  Path path(String option) {
    return typed(text(option));
  }

  /** The path that an option says, if it is there. */
  Optional<Path> pathIfGiven(String option) {
    return Optional.ofNullable(text(option)).map(this::typed);
  }

  /** The path that a word says. */
  Path path(int word) {
    return typed(words().get(word));
  }

  /** The path that was typed. */
  Path typed(String path) {
    try {
      return around.path(path);
    } catch (InvalidPathException e) {
      throw new UsageException("'" + path + "' is not a path: " + e.getReason());
    }
  }

  /** A whole number of at least {@code least}. */
  int count(String option, int otherwise, int least) {
    return has(option) ? count(option, line.getOptionValue(option), least) : otherwise;
  }

  /** A whole number of at least {@code least} in the text of an option. */
  static int count(String option, String text, int least) {
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= least) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(option, text, "a whole number from " + least);
    }
    throw wrong(option, text, "a whole number from " + least);
  }

  /**
   * A class of images.
   *
   * <p>A name, where the run's classes have names; else its number.
   *
   * @param data on whose classes the model is conditioned, or not
   * @return -1 if the option is not given
   */
  int label(DataConfig data) {
    int classes = data.classes();
    if (classes == 0) {
      refuse(
          CLASS,
          "is for a model that is conditioned on classes (data.classes), and this one is not");
    }
    String said = text(CLASS, "").strip();
    int named = data.classNames().indexOf(said);
    if (named >= 0 && named < classes) {
      return named;
    }
    if (has(CLASS) && !data.classNames().isEmpty() && !said.matches("\\d+")) {
      throw wrong(CLASS, said, "one of " + String.join(", ", data.classNames()) + ", or a number");
    }
    int label = count(CLASS, -1, 0);
    if (label >= classes && label >= 0) {
      throw wrong(CLASS, "" + label, "0 to %d (data.classes)".formatted(classes - 1));
    }
    return label;
  }

  /** A seed. */
  long seed() {
    return count("seed", 0, 0);
  }

  /** Of the probability flow. */
  Tolerance tolerance() {
    return new Tolerance(
        positive("rtol", Tolerance.DEFAULT.relative()),
        positive("atol", Tolerance.DEFAULT.absolute()));
  }

  /** A number above zero. */
  double positive(String option, double otherwise) {
    return number(option, otherwise, v -> v > 0, "a number above 0");
  }

  private double number(
      String option, double otherwise, DoublePredicate allowed, String description) {
    if (!has(option)) {
      return otherwise;
    }
    String text = line.getOptionValue(option);
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value) && allowed.test(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(option, text, description);
    }
    throw wrong(option, text, description);
  }

  /** One of the names of an enumeration, written in small letters with hyphens. */
  <E extends Enum<E>> E choice(String option, E otherwise, Class<E> type) {
    if (!has(option)) {
      return otherwise;
    }
    return choice(option, line.getOptionValue(option), type);
  }

  /** The one of this name. */
  static <E extends Enum<E>> E choice(String option, String text, Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .filter(e -> Text.name(e).equals(text))
        .findFirst()
        .orElseThrow(() -> wrong(option, text, "one of " + names(type)));
  }

  /** The names of an enumeration as options spell them. */
  static <E extends Enum<E>> String names(Class<E> type) {
    return String.join("|", Arrays.stream(type.getEnumConstants()).map(Text::name).toList());
  }

  /** That an option makes no sense here. */
  void refuse(String option, String why) {
    if (has(option)) {
      throw new UsageException("--" + option + " " + why);
    }
  }

  private static UsageException wrong(String option, String text, String allowed) {
    return new UsageException("--" + option + " is '" + text + "'; allowed is " + allowed);
  }

  /** A command line that cannot be understood; the message is one line for the user. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
      super(message);
    }
  }
}
