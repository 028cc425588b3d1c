package io.mulan.run;

import io.mulan.cluster.Cluster;
import io.mulan.cluster.WorkerGroup;
import io.mulan.cluster.Workers;
import io.mulan.config.RunConfig;
import io.mulan.console.ExitCode;
import io.mulan.console.Terminal;
import io.mulan.data.DataIdentity;
import io.mulan.data.Dataset;
import io.mulan.training.Checkpoints;
import io.mulan.training.Trainer;
import io.mulan.training.TrainingSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * One of several processes that train together. The chief trains as one alone does; the others make
 * each step and each evaluation with it, and write nothing.
 */
public record ClusterTraining(
    WorkerGroup together, Path folder, RunConfig config, Dataset data, Terminal terminal) {

  /**
   * Waits for the others, and that they have the same program, settings and images.
   *
   * @throws io.mulan.files.ConfigException naming one that does not
   */
  public static ClusterTraining join(
      Cluster cluster,
      Duration patience,
      Path folder,
      RunConfig config,
      Dataset data,
      DataIdentity identity,
      Terminal terminal) {
    WorkerGroup together =
        WorkerGroup.join(
            cluster, patience, facts(config, identity), () -> wayOn(folder, config), terminal);
    return new ClusterTraining(together, folder, config, data, terminal);
  }

  private static String wayOn(Path folder, RunConfig config) {
    List<Long> steps = RunFolder.checkpoints(folder, config).steps();
    return steps.isEmpty()
        ? "there is no checkpoint yet: start all again with the same commands"
        : "the newest checkpoint is of step "
            + steps.get(steps.size() - 1)
            + ": start all again with the same commands to resume from it";
  }

  /** What must be the same everywhere. */
  private static Map<String, String> facts(RunConfig config, DataIdentity identity) {
    Map<String, String> facts = WorkerGroup.program();
    Map<String, Object> settings = new LinkedHashMap<>(config.settings());
    settings.remove("data.path"); // each machine has its own
    facts.put("configuration", settings.toString());
    facts.put("data set", identity.toString());
    return facts;
  }

  public Workers workers() {
    return together.workers();
  }

  /** Trains as the chief. */
  public int asChief(IntSupplier training) {
    return together.work(training);
  }

  /** Trains with the chief. */
  public int asWorker() {
    return together.work(
        () -> {
          boolean compiled = Training.compiled(config.training());
          try (TrainingSession session =
              new TrainingSession(config, data.train().shape(), compiled, workers())) {
            Checkpoints checkpoints = RunFolder.checkpoints(folder, config);
            if (checkpoints.restoreNewest(session).isEmpty()) {
              session.initialize();
            }
            terminal.watch("finishing the step");
            boolean done =
                new Trainer(
                        config.training(), session, data, checkpoints, List.of(), terminal::asked)
                    .run()
                    .isPresent();
            return done ? ExitCode.OK : ExitCode.INTERRUPTED;
          }
        });
  }
}
