package io.mulan.report;

import io.mulan.config.RunConfig;
import io.mulan.diffusion.ModelParts;
import io.mulan.export.ExportedModel;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.run.EvaluationReport;
import io.mulan.run.RunFolder;
import io.mulan.run.RunOutcome;
import io.mulan.run.RunOutcome.State;
import io.mulan.run.RunResult;
import io.mulan.run.TrainedRun;
import io.mulan.tf.CheckpointException;
import io.mulan.training.Checkpoints;
import io.mulan.training.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * All that a run folder holds, whether the run is finished or not.
 *
 * @param name of the run in tables and charts
 * @param result of the bound at the end; of fewer steps in a run that was gone on with
 * @param evaluations that {@code mulan evaluate} left, by their files' names
 * @param trained the newest checkpoint that is not seen to be damaged, if there is one
 * @param weights how many by part; empty if there is neither result nor checkpoint
 */
public record ReportedRun(
    String name,
    Path path,
    RunConfig config,
    RunOutcome end,
    Metrics metrics,
    Optional<RunResult> result,
    List<EvaluationReport> evaluations,
    Optional<TrainedRun> trained,
    Map<String, Long> weights) {
  private static final Logger LOG = LogManager.getLogger(ReportedRun.class);

  /**
   * Reads it.
   *
   * @throws ConfigException if there is nothing to report
   */
  public static ReportedRun read(Path path, String name) {
    if (ExportedModel.isThere(path)) {
      throw new ConfigException(
          path + " is an exported model, which has no curves; name the run that it was made of");
    }
    RunConfig config = RunFolder.readConfig(path);
    Metrics metrics = Metrics.read(path);
    Checkpoints checkpoints = RunFolder.checkpoints(path, config);
    Optional<RunResult> result = readable(() -> RunFolder.result(path));
    boolean finished = result.filter(r -> r.steps() >= config.training().steps()).isPresent();
    RunOutcome end = outcome(path, finished, metrics, checkpoints);
    if (end.step() == 0 && checkpoints.steps().isEmpty()) {
      throw new ConfigException(
          path
              + " has measured nothing yet, there is nothing to report; train it: mulan train"
              + " --resume "
              + path);
    }
    Optional<TrainedRun> trained =
        checkpoints.newestReadable().map(step -> TrainedRun.at(path, step));
    return new ReportedRun(
        name,
        path,
        config,
        end,
        metrics,
        result,
        evaluations(path.resolve("evaluations")),
        trained,
        result
            .map(RunResult::parameters)
            .or(() -> trained.flatMap(t -> counts(checkpoints, t.step())))
            .orElse(Map.of()));
  }

  private static RunOutcome outcome(
      Path path, boolean finished, Metrics metrics, Checkpoints checkpoints) {
    long saved = checkpoints.steps().stream().reduce(0L, Math::max);
    long step = Math.max(saved, metrics.lastStep());
    if (finished) {
      return new RunOutcome(State.FINISHED, step);
    }
    return readable(() -> RunFolder.outcome(path))
        .filter(end -> end.state() != State.TRAINING)
        .orElse(new RunOutcome(State.TRAINING, step));
  }

  private static <R> Optional<R> readable(Supplier<Optional<R>> file) {
    try {
      return file.get();
    } catch (ConfigException e) {
      LOG.warn("left out of the report: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** A checkpoint that cannot be read has none; what else is there is still reported. */
  private static Optional<Map<String, Long>> counts(Checkpoints checkpoints, long step) {
    try {
      return Optional.of(ModelParts.counts(checkpoints.weights(step)));
    } catch (CheckpointException e) {
      LOG.warn(e.getMessage());
      return Optional.empty();
    }
  }

  private static List<EvaluationReport> evaluations(Path folder) {
    List<EvaluationReport> reports = new ArrayList<>();
    for (Path file : files(folder)) {
      try {
        reports.add(JsonFile.read(file, EvaluationReport.class));
      } catch (IOException e) {
        LOG.warn("{} is left out of the report: {}", file, IoReason.of(e));
      }
    }
    return reports;
  }

  private static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(f -> f.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new ConfigException(folder + " cannot be listed: " + IoReason.of(e), e);
    }
  }
}
