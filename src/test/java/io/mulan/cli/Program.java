package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program as a process of its own, as users meet it. */
final class Program {
  private static final int LONGEST_SECONDS = 300;

  /** Settings of a run whose steps take milliseconds. */
  static final List<String> SMALL =
      List.of(
          "--set=network.channels=8",
          "--set=network.layers=1",
          "--set=network.groups=2",
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

  static Outcome run(Path folder, String... arguments) {
    return await(folder, start(folder, command(arguments)));
  }

  /** {@code mulan train} with the settings of a small run. */
  static Outcome train(Path folder, String... arguments) {
    return run(folder, trainArguments(arguments));
  }

  /** Where the model does not matter: half the graph. */
  static Outcome trainPlain(Path folder, String... arguments) {
    return run(folder, plainArguments(arguments));
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
