package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.cluster.ClusterException;
import io.mulan.cluster.JavaProcess;
import io.mulan.console.ExitCode;
import io.mulan.console.Surroundings;
import io.mulan.console.Terminal;
import io.mulan.console.Version;
import io.mulan.files.Cache;
import io.mulan.files.ConfigException;
import io.mulan.flow.FlowSolver.FlowException;
import io.mulan.likelihood.NotIncreasingException;
import io.mulan.run.RunLog;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.GraphSession;
import io.mulan.training.DivergedException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.ParseException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The program {@code mulan}: finds the command, runs it, and turns failures into one line and an
 * exit code.
 */
public final class Main {
  static {
    // Before anything is formatted: others have other digits.
    Locale.setDefault(Locale.ROOT);
  }

  private static final List<Command> COMMANDS =
      List.of(
          new TrainCommand(),
          new LaunchCommand(),
          new CompareCommand(),
          new EvaluateCommand(),
          new SampleCommand(),
          new FidCommand(),
          new ReconstructCommand(),
          new InterpolateCommand(),
          new CompressCommand(),
          new DecompressCommand(),
          new PlotCommand(),
          new ReportCommand(),
          new ExportCommand(),
          new ImportCommand(),
          new GraphCommand(),
          new IllustrateCommand(),
          new BenchmarkCommand(),
          new DevicesCommand(),
          new DataInfoCommand(),
          new DataFetchCommand());

  private Main() {}

  public static void main(String[] args) {
    Output output = new Output(new FileOutputStream(FileDescriptor.out), charset());
    Surroundings around = process(output);
    around.terminal().install();
    int code = run(args, around);
    around.terminal().exit(code == ExitCode.OK ? printed(output) : code);
  }

  /** Does some work as a process of its own. */
  static void alone(IntSupplier work) {
    process(System.out);
    System.exit(guarded(work));
  }

  /**
   * Runs a command. What goes wrong is logged in one line.
   *
   * @return the exit code
   */
  static int run(String[] args, Surroundings around) {
    Cache.choose(around.environment(), around.properties());
    try {
      return guarded(() -> dispatch(args, around));
    } finally {
      RunLog.detach();
    }
  }

  /** Java 19 and newer have the first of these. */
  private static Charset charset() {
    String name = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding"));
    return name == null ? Charset.defaultCharset() : Charset.forName(name);
  }

  private static int printed(Output output) {
    Optional<String> failure = output.failure();
    failure.ifPresent(
        why -> logger().error("standard output cannot be written: {}; results are missing", why));
    return failure.isEmpty() ? ExitCode.OK : ExitCode.UNEXPECTED;
  }

  /**
   * Settings that every process of this program needs before anything else, and what is around it.
   */
  static Surroundings process(PrintStream out) {
    // JavaCPP looks up the memory of the process at every allocation otherwise: graphs took twice
    // as long to build.
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    // Pictures need no screen; one that DISPLAY names and that is not there ends the program.
    System.setProperty("java.awt.headless", "true");
    // A thread that ends so leaves others to wait for it without end.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> Runtime.getRuntime().halt(unexpected(e)));
    if (System.getProperty(JavaProcess.PARENT) != null) {
      JavaProcess.endWithParent(System.in, () -> System.exit(ExitCode.INTERRUPTED));
    }
    if ("as-built".equals(System.getProperty("mulan.graphs"))) {
      GraphSession.keepGraphsAsBuilt();
    }
    Map<String, String> properties = new HashMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      properties.put(name, System.getProperty(name));
    }
    Terminal terminal = new Terminal(System.err, Boolean.getBoolean("mulan.terminal"));
    return new Surroundings(out, Path.of(""), System.getenv(), properties, terminal);
  }

  /** The exit code of some work; what goes wrong is logged in one line. */
  static int guarded(IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (UsageException e) {
      return failed(ExitCode.USAGE, e);
    } catch (ConfigException e) {
      return failed(ExitCode.CONFIGURATION, e);
    } catch (InvalidPathException e) {
      return failed(ExitCode.CONFIGURATION, new ConfigException(unnamed(e), e));
    } catch (CheckpointException e) {
      return failed(ExitCode.CHECKPOINT, e);
    } catch (ClusterException e) {
      return failed(ExitCode.WORKER, e);
    } catch (DivergedException | NotIncreasingException | FlowException e) {
      return failed(ExitCode.DIVERGED, e);
    } catch (RuntimeException | Error e) {
      return unexpected(e);
    }
  }

  private static int dispatch(String[] args, Surroundings around) {
    String first = args.length == 0 ? "--help" : args[0];
    switch (first) {
      case "--help", "-h", "help" -> {
        String[] about = Arrays.copyOfRange(args, Math.min(1, args.length), args.length);
        around
            .out()
            .print(about.length > 0 ? HelpText.of(command(name(about))) : HelpText.of(COMMANDS));
        return ExitCode.OK;
      }
      case "--version" -> {
        around.out().println("mulan " + Version.mulan() + ", TensorFlow " + Version.tensorFlow());
        return ExitCode.OK;
      }
      default -> {
        Command command = command(name(args));
        int words = command.name().split(" ").length;
        String[] rest = Arrays.copyOfRange(args, words, args.length);
        if (Arrays.asList(rest).contains("--help") || Arrays.asList(rest).contains("-h")) {
          around.out().print(HelpText.of(command));
          return ExitCode.OK;
        }
        return command.run(parse(command, rest, around));
      }
    }
  }

  /** Two words, if there is such a command. */
  private static String name(String[] args) {
    String two = args.length > 1 ? args[0] + " " + args[1] : args[0];
    return COMMANDS.stream().anyMatch(c -> c.name().equals(two)) ? two : args[0];
  }

  private static Command command(String name) {
    return COMMANDS.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "there is no command '"
                        + name
                        + "'; there are "
                        + String.join(", ", COMMANDS.stream().map(Command::name).toList())
                        + " (mulan --help)"));
  }

  /** What was given to a command. */
  static Arguments parse(Command command, String[] args, Surroundings around) {
    try {
      CommandLine line = new DefaultParser(false).parse(command.options().all(), args);
      List<String> given = line.getArgList();
      List<String> wanted = command.arguments();
      boolean more = !wanted.isEmpty() && wanted.get(wanted.size() - 1).endsWith(Command.MORE);
      if (given.size() > wanted.size() && !more) {
        throw usage(command, "takes no '" + given.get(wanted.size()) + "'");
      }
      if (given.size() < wanted.size()) {
        throw usage(command, "needs " + wanted.get(given.size()));
      }
      return new Arguments(line, around);
    } catch (ParseException e) {
      throw new UsageException(e.getMessage() + " (mulan " + command.name() + " --help)");
    }
  }

  private static UsageException usage(Command command, String what) {
    String name = "mulan " + command.name();
    return new UsageException(name + " " + what + " (" + name + " --help)");
  }

  /** A name that Java cannot write in the locale's encoding. */
  private static String unnamed(InvalidPathException e) {
    return "'%s' cannot be a file's name here, where names are in %s; set LC_ALL=C.UTF-8, as scripts/mulan does"
        .formatted(e.getInput(), System.getProperty("sun.jnu.encoding"));
  }

  private static int failed(int code, RuntimeException e) {
    logger().error(e.getMessage());
    logger().debug("from", e);
    return code;
  }

  private static int unexpected(Throwable e) {
    String what = e.getClass().getSimpleName();
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    if (e instanceof OutOfMemoryError) {
      logger().error("out of memory ({}); give Java more: MULAN_JAVA_OPTS=-Xmx8g", message);
    } else {
      logger()
          .error(
              "unexpected: {}; with MULAN_DEBUG=1 in the environment the place is printed",
              e.getMessage() == null ? what : what + " " + message);
    }
    logger().debug("from", e);
    if (System.getenv("MULAN_DEBUG") != null) {
      e.printStackTrace();
    }
    return ExitCode.UNEXPECTED;
  }

  /** Asked for late: a run's own log is attached by then. */
  private static Logger logger() {
    return LogManager.getLogger(Main.class);
  }
}
