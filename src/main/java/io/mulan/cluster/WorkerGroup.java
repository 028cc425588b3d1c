package io.mulan.cluster;

import io.mulan.console.ExitCode;
import io.mulan.console.Terminal;
import io.mulan.console.Version;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * The processes that do one piece of work together: where one is lost, the others say who and end.
 *
 * @param patience how long one may be silent
 * @param wayOn what to do where one is lost, in words
 */
public record WorkerGroup(Workers workers, Duration patience, Supplier<String> wayOn) {
  private static final Logger LOG = LogManager.getLogger(WorkerGroup.class);

  /** What must be the same everywhere, in addition to the work itself. */
  public static Map<String, String> program() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("version of the program", Version.mulan() + " " + Version.tensorFlow());
    return facts;
  }

  /** This process alone. */
  public static WorkerGroup alone() {
    return new WorkerGroup(Workers.alone(), Duration.ZERO, () -> "");
  }

  /**
   * Waits for the others, and that they have the same facts.
   *
   * @throws io.mulan.files.ConfigException naming one that does not
   */
  public static WorkerGroup join(
      Cluster cluster,
      Duration patience,
      Map<String, String> facts,
      Supplier<String> wayOn,
      Terminal terminal) {
    // TensorFlow cannot stop its server, nor a step that waits for one who is lost.
    terminal.halt();
    Workers workers =
        Workers.join(
            cluster,
            patience,
            who -> {
              LOG.error("{}; {}", who, wayOn.get());
              Runtime.getRuntime().halt(ExitCode.WORKER);
            });
    WorkerGroup together = new WorkerGroup(workers, patience, wayOn);
    LOG.info("{} of {}: waiting for the others...", cluster.name(cluster.task()), cluster.size());
    together.guarded(
        () -> {
          workers.requireSame(facts);
          return ExitCode.OK;
        });
    // Not to end at once from here on: the others would wait for one who is lost.
    terminal.watch("stopping with the others");
    return together;
  }

  /** Does this one's part, and waits for the others to do theirs. */
  public int work(IntSupplier part) {
    if (workers.isAlone()) {
      return part.getAsInt();
    }
    return guarded(
        () -> {
          int code = part.getAsInt();
          workers.finish();
          return code;
        });
  }

  /**
   * TensorFlow's message where one is lost does not help: the watch finds out which one, and ends.
   */
  private int guarded(IntSupplier part) {
    try {
      return part.getAsInt();
    } catch (TensorFlowException e) {
      LOG.debug("from", e);
      LOG.info("a step could not be made together; finding out who is lost...");
      Heartbeat.pause(patience.multipliedBy(2));
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new ClusterException(
          "a step could not be made together, though all answer (" + reason + "); " + wayOn.get(),
          e);
    }
  }
}
