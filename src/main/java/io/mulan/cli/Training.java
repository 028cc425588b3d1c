package io.mulan.cli;

import io.mulan.config.ConfigException;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.data.Dataset;
import io.mulan.data.PixelEntropy;
import io.mulan.diffusion.ModelParts;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.tf.Devices;
import io.mulan.training.Checkpoints;
import io.mulan.training.DivergedException;
import io.mulan.training.MetricsFile;
import io.mulan.training.RunFolder;
import io.mulan.training.RunResult;
import io.mulan.training.RunSummaries;
import io.mulan.training.Trainer;
import io.mulan.training.TrainingSession;
import io.mulan.training.Workers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The training of one run in its folder, from wherever it is. */
final class Training {
  private static final Logger LOG = LogManager.getLogger(Training.class);

  private Training() {}

  /**
   * That there are images for a batch; asked before a folder is made for a run that could not
   * begin.
   *
   * @throws ConfigException if there are too few
   */
  static void checkBatch(TrainingConfig config, Dataset data) {
    if (config.batch() > data.train().count()) {
      throw new ConfigException(
          "training.batch is "
              + config.batch()
              + ", more than the "
              + data.train().count()
              + " training images of "
              + data.name()
              + "; choose at most that many");
    }
  }

  /**
   * Trains up to {@code training.steps}, logs and measures into the folder, and leaves the result
   * there.
   *
   * @param workers that train together; of several this is the chief
   * @param frame of the lines of progress
   * @return the result; empty if it was interrupted, and saved
   * @throws DivergedException if it diverged
   */
  static Optional<RunResult> run(
      RunFolder run,
      Dataset data,
      Workers workers,
      Interruption interruption,
      Progress.Frame frame) {
    long start = System.nanoTime();
    RunLog.attach(run.path());
    RunConfig config = run.config();
    boolean compiled = compiled(config.training());
    LOG.info("building the model...");
    try (TrainingSession session =
        new TrainingSession(config, data.train().shape(), compiled, workers)) {
      Checkpoints checkpoints = run.checkpoints();
      long step = begin(session, checkpoints, run.path());
      int dimensions = data.train().shape().size();
      Optional<BoundEstimate> bound;
      interruption.watch("finishing the step and saving");
      try (MetricsFile metrics =
              new MetricsFile(run.path(), step, config.training().logEvery(), dimensions);
          RunPictures pictures =
              new RunPictures(metrics.events(), config, checkpoints, data.test())) {
        RunSummaries summaries = new RunSummaries(metrics.events(), session, config, step);
        Progress progress = new Progress(config.training(), dimensions, frame);
        Trainer trainer =
            new Trainer(
                config.training(),
                session,
                data,
                checkpoints,
                // What follows an evaluation is not of the steps that the last two time.
                List.of(summaries, pictures, metrics, progress),
                interruption::asked);
        try {
          bound = trainer.run();
        } catch (DivergedException e) {
          summaries.diverged();
          throw e;
        }
      }
      if (bound.isEmpty()) {
        LOG.info("interrupted at step {}, saved", session.steps());
        return Optional.empty();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      RunResult result = result(session, config, bound.get(), data, checkpoints, seconds);
      run.writeResult(result);
      return Optional.of(result);
    }
  }

  /** Whether XLA is to compile the step. */
  static boolean compiled(TrainingConfig config) {
    boolean compiled =
        switch (config.xla()) {
          case ON -> true;
          case OFF -> false;
          case AUTO -> Devices.hasGpu() && !config.recompute();
        };
    LOG.info(
        "step {} XLA (training.xla: {})",
        compiled ? "compiled by" : "not compiled by",
        switch (config.xla()) {
          case ON -> "on";
          case OFF -> "off";
          case AUTO -> {
            if (config.recompute()) {
              yield "auto, it recomputes blocks, which XLA would undo";
            }
            yield compiled
                ? "auto, there is a GPU"
                : "auto, there is no GPU and plain convolutions are faster on a CPU";
          }
        });
    return compiled;
  }

  /** The step that training goes on from. */
  private static long begin(TrainingSession session, Checkpoints checkpoints, Path path) {
    checkpoints.clean();
    Optional<Long> step = checkpoints.restoreNewest(session);
    if (step.isEmpty()) {
      session.initialize();
      LOG.info("training in {}", path);
      return 0;
    }
    LOG.info("going on in {} from step {}", path, step.get());
    return step.get();
  }

  private static RunResult result(
      TrainingSession session,
      RunConfig config,
      BoundEstimate bound,
      Dataset data,
      Checkpoints checkpoints,
      double seconds) {
    PixelEntropy pixels = new PixelEntropy(data.train());
    return new RunResult(
        session.steps(),
        bound,
        TrainingReport.method(bound, config),
        pixels.crossEntropy(data.test()),
        pixels.entropy(),
        ModelParts.counts(session.weights()),
        seconds,
        checkpoints.best().orElse(session.steps()),
        Version.all());
  }
}
