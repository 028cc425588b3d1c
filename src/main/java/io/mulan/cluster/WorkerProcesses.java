package io.mulan.cluster;

import io.mulan.console.ExitCode;
import io.mulan.console.Surroundings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Processes of this program that work together, started again when one is lost. The first one's
 * output is this program's; what others say has their number before it.
 */
public final class WorkerProcesses {
  private static final Logger LOG = LogManager.getLogger(WorkerProcesses.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final Class<?> program;
  private final List<Start> starts;
  private final Duration grace;
  private final Surroundings around;

  /**
   * One process.
   *
   * @param arguments of this program
   * @param environment variables in addition to this one's
   * @param entry stands before its command; empty for none
   */
  public record Start(
      String name, List<String> arguments, Map<String, String> environment, List<String> entry) {}

  /**
   * @param program has the method {@code main}
   * @param grace how long others are left to notice that one is lost
   */
  public WorkerProcesses(
      Class<?> program, Surroundings around, List<Start> starts, Duration grace) {
    this.program = program;
    this.starts = starts;
    this.grace = grace;
    this.around = around;
  }

  /**
   * Runs them to their end.
   *
   * @param restarts how often to start all again
   * @return the exit code of all together
   */
  public int run(int restarts) {
    for (int restart = 0; ; restart++) {
      int code = run();
      boolean again = code == ExitCode.WORKER && restart < restarts && !around.terminal().asked();
      if (!again) {
        return code;
      }
      LOG.warn(
          "a worker was lost; all start again, from what is saved ({} of {})",
          restart + 1,
          restarts);
    }
  }

  private int run() {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < starts.size(); i++) {
      processes.add(start(starts.get(i), i == 0));
    }
    boolean said = false;
    long end = Long.MAX_VALUE;
    while (processes.stream().anyMatch(Process::isAlive)) {
      if (around.terminal().asked() && !said) {
        said = true;
        processes.forEach(Process::destroy);
      }
      boolean ended = processes.stream().anyMatch(p -> !p.isAlive() && p.exitValue() != 0);
      if (ended && end == Long.MAX_VALUE) {
        end = System.nanoTime() + grace.toNanos();
      }
      if (System.nanoTime() > end) {
        processes.forEach(Process::destroyForcibly);
      }
      Heartbeat.pause(BETWEEN_LOOKS);
    }
    return code(processes);
  }

  private int code(List<Process> processes) {
    List<Integer> codes = processes.stream().map(Process::exitValue).toList();
    int together = together(codes);
    for (int i = 0; together == ExitCode.WORKER && i < codes.size(); i++) {
      if (codes.get(i) != ExitCode.OK && codes.get(i) != ExitCode.WORKER) {
        LOG.warn("{} ended with code {}", starts.get(i).name(), codes.get(i));
      }
    }
    return together;
  }

  /**
   * The exit code of processes that ended with these: the first that says what starting again would
   * not change, or else that a worker was lost. One that failed after all others made it to their
   * end, as with a result that cannot be printed, was not lost.
   */
  static int together(List<Integer> codes) {
    List<Integer> failures = codes.stream().filter(code -> code != ExitCode.OK).toList();
    if (failures.equals(List.of(ExitCode.UNEXPECTED))) {
      return ExitCode.UNEXPECTED;
    }
    return failures.stream()
        .filter(
            code ->
                code == ExitCode.INTERRUPTED
                    || (code >= ExitCode.USAGE && code <= ExitCode.DIVERGED))
        .findFirst()
        .orElse(failures.isEmpty() ? ExitCode.OK : ExitCode.WORKER);
  }

  private Process start(Start start, boolean first) {
    ProcessBuilder builder = JavaProcess.of(program, around, start.arguments());
    builder.command().addAll(0, start.entry());
    builder.environment().putAll(start.environment());
    try {
      if (first) {
        return builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT).start();
      }
      Process process = builder.redirectOutput(Redirect.DISCARD).start();
      Heartbeat.start("output of " + start.name(), () -> copy(start.name(), process));
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException("a worker cannot be started: " + e.getMessage(), e);
    }
  }

  private void copy(String name, Process process) {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        around.terminal().print(name + ": " + line);
      }
    } catch (IOException e) {
      // It has ended.
    }
  }
}
