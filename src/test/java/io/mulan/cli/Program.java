package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.console.Surroundings;
import io.mulan.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** The program, as a process of its own, as users meet it, or within this one, which is faster. */
final class Program {
  private static final int LONGEST_SECONDS = 300;

  /** Settings of a run whose steps take milliseconds. */
  static final List<String> SMALL =
      List.of(
          "--set=network.channels=8",
          "--set=network.layers=1",
          "--set=network.groups=2",
          "--set=network.conditioning_start=random",
          "--set=network.preconditioning=none",
          "--set=schedule.ends=fixed",
          "--set=training.batch=16",
          "--set=training.times_per_image=1",
          "--set=training.summaries_every=0");

  private Program() {}

  /** What a process left behind. */
  record Outcome(int code, String out, String err) {

    /** Failed with one line that holds these parts, and nothing else on stdout or about Java. */
    void assertRefused(int expectedCode, String... parts) {
      List<String> errors = err.lines().filter(l -> l.startsWith("error: ")).toList();
      assertEquals(1, errors.size(), this::toString);
      for (String part : parts) {
        assertTrue(errors.get(0).contains(part), () -> "'" + part + "' is not in: " + this);
      }
      assertEquals(expectedCode, code, this::toString);
      assertEquals("", out);
      assertFalse(err.contains("Exception"), this::toString);
      assertFalse(err.contains("\tat "), this::toString);
    }

    Outcome assertDone() {
      assertEquals(0, code, this::toString);
      return this;
    }
  }

  /** Runs a command as a process, where a test is about the process; {@link #call} is quicker. */
  static Outcome run(Path folder, String... arguments) {
    return await(folder, start(folder, command(arguments)));
  }

  /**
   * Runs a command within this process, one at a time. Relative paths start at {@code folder};
   * files that it makes there are named by their whole paths in what it says.
   */
  static Outcome call(Path folder, String... arguments) {
    return callUntil(() -> false, folder, arguments);
  }

  /**
   * Runs a command within this process that is asked to stop, as by Ctrl-C, when it looks whether
   * it is and this holds.
   */
  static synchronized Outcome callUntil(BooleanSupplier stop, Path folder, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        Output results = new Output(out, StandardCharsets.UTF_8)) {
      Terminal terminal =
          new Terminal(errors, false) {
            private volatile boolean watched;

            @Override
            public void watch(String doing) {
              watched = true;
            }

            @Override
            public boolean asked() {
              boolean asked = stop.getAsBoolean();
              assertTrue(watched || !asked, "a process would have ended without a word");
              return asked;
            }
          };
      int code = logging(err, () -> Main.run(arguments, around(folder, results, terminal)));
      results.flush();
      return new Outcome(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /** The surroundings of a command that runs within this process. */
  static Surroundings around(Path folder, PrintStream out, Terminal terminal) {
    Map<String, String> properties = new HashMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      properties.put(name, System.getProperty(name));
    }
    return new Surroundings(out, folder, Map.of(), properties, terminal);
  }

  /** Those of a command of which nobody sees anything. */
  static Surroundings unseen() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return around(Path.of(""), nowhere, Terminal.none());
  }

  /** What this thread logs meanwhile goes there, as it goes to the console. */
  private static int logging(ByteArrayOutputStream err, IntSupplier work) {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    LoggerConfig root = context.getConfiguration().getRootLogger();
    Layout<?> layout = context.getConfiguration().getAppender("console").getLayout();
    Thread thread = Thread.currentThread();
    AbstractAppender appender =
        new AbstractAppender("program", null, layout, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            if (event.getThreadId() == thread.getId()) {
              err.writeBytes(layout.toByteArray(event));
            }
          }
        };
    appender.start();
    root.addAppender(appender, Level.INFO, null);
    context.updateLoggers();
    try {
      return work.getAsInt();
    } finally {
      root.removeAppender(appender.getName());
      context.updateLoggers();
    }
  }

  /** {@code mulan train} with the settings of a small run, within this process. */
  static Outcome train(Path folder, String... arguments) {
    return call(folder, trainArguments(arguments));
  }

  /** Where the model does not matter: half the graph. */
  static Outcome trainPlain(Path folder, String... arguments) {
    return call(folder, plainArguments(arguments));
  }

  static String[] plainArguments(String... arguments) {
    return trainArguments(
        Stream.concat(
                Stream.of("--set=latent.kind=none", "--set=schedule.kind=scalar"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  static String[] trainArguments(String... arguments) {
    List<String> all = new ArrayList<>(List.of("train"));
    all.addAll(SMALL);
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dmulan.graphs=" + System.getProperty("mulan.graphs"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  static Process start(Path folder, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve("out.txt").toFile())
            .redirectError(folder.resolve("err.txt").toFile());
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    builder.environment().put("MULAN_CACHE", folder.resolve("cache").toString());
    builder.environment().put("DISPLAY", "localhost:77"); // none is there, none is needed
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a process that was started in {@code folder}. */
  static Outcome await(Path folder, Process process) {
    try {
      assertTrue(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS), "still running");
      return new Outcome(
          process.exitValue(),
          Files.readString(folder.resolve("out.txt")),
          Files.readString(folder.resolve("err.txt")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
    }
  }
}
