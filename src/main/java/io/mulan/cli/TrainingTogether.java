package io.mulan.cli;

import io.mulan.config.RunConfig;
import io.mulan.data.Dataset;
import io.mulan.data.ImageSet;
import io.mulan.tf.Cluster;
import io.mulan.tf.ClusterException;
import io.mulan.tf.Pause;
import io.mulan.training.Checkpoints;
import io.mulan.training.RunFolder;
import io.mulan.training.Trainer;
import io.mulan.training.TrainingSession;
import io.mulan.training.Workers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * One of several processes that train together. The chief trains as one alone does; the others make
 * each step and each evaluation with it, and write nothing.
 */
record TrainingTogether(
    Workers workers,
    Duration patience,
    Path folder,
    RunConfig config,
    Dataset data,
    Interruption interruption) {
  private static final Logger LOG = LogManager.getLogger(TrainingTogether.class);
  private static final int EXAMPLES = 64;

  /**
   * Waits for the others, and that they have the same program, settings and images.
   *
   * @throws io.mulan.config.ConfigException naming one that does not
   */
  static TrainingTogether join(
      Cluster cluster,
      Duration patience,
      Path folder,
      RunConfig config,
      Dataset data,
      Interruption interruption) {
    // TensorFlow can't stop its server, nor a step that waits for one who is lost.
    interruption.halt();
    Workers workers =
        Workers.join(
            cluster,
            patience,
            who -> {
              LOG.error("{}; {}", who, wayOn(folder, config));
              System.err.flush();
              Runtime.getRuntime().halt(ExitCode.WORKER);
            });
    TrainingTogether together =
        new TrainingTogether(workers, patience, folder, config, data, interruption);
    LOG.info("{} of {}: waiting for the others...", cluster.name(cluster.task()), cluster.size());
    together.guarded(
        () -> {
          workers.requireSame(together.facts());
          return ExitCode.OK;
        });
    return together;
  }

  private static String wayOn(Path folder, RunConfig config) {
    List<Long> steps = RunFolder.checkpoints(folder, config).steps();
    return steps.isEmpty()
        ? "there is no checkpoint yet: start all again with the same commands"
        : "the newest checkpoint is of step "
            + steps.get(steps.size() - 1)
            + ": start all again with the same commands to go on from it";
  }

  /** What must be the same everywhere. */
  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("version of the program", Version.mulan() + " " + Version.tensorFlow());
    Map<String, Object> settings = new LinkedHashMap<>(config.settings());
    settings.remove("data.path"); // each machine has its own
    facts.put("configuration", settings.toString());
    facts.put("data set", digest(data.train()) + digest(data.test()));
    return facts;
  }

  private static String digest(ImageSet images) {
    ImageSet some = images.first(EXAMPLES);
    byte[] levels = some.copies(some.count(), i -> i);
    return images.count()
        + " "
        + images.shape()
        + " "
        + images.levels()
        + " "
        + Arrays.hashCode(levels);
  }

  /** Trains beside the chief. */
  int beside() {
    return guarded(
        () -> {
          boolean compiled = Training.compiled(config.training());
          try (TrainingSession session =
              new TrainingSession(config, data.train().shape(), compiled, workers)) {
            Checkpoints checkpoints = RunFolder.checkpoints(folder, config);
            if (checkpoints.restoreNewest(session).isEmpty()) {
              session.initialize();
            }
            interruption.watch("finishing the step");
            boolean done =
                new Trainer(
                        config.training(),
                        session,
                        data,
                        checkpoints,
                        List.of(),
                        interruption::asked)
                    .run()
                    .isPresent();
            workers.finish();
            return done ? ExitCode.OK : ExitCode.INTERRUPTED;
          }
        });
  }

  /** Trains as the chief. */
  int asChief(IntSupplier training) {
    return guarded(
        () -> {
          int code = training.getAsInt();
          workers.finish();
          return code;
        });
  }

  /** What TensorFlow says where one is lost is no use: whoever watches finds out who, and ends. */
  private int guarded(IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (TensorFlowException e) {
      LOG.debug("from", e);
      LOG.info("a step could not be made together; finding out who is lost...");
      Pause.of(patience.multipliedBy(2));
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new ClusterException(
          "a step could not be made together, though all answer ("
              + reason
              + "); "
              + wayOn(folder, config),
          e);
    }
  }
}
