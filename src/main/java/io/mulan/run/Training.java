package io.mulan.run;

import io.mulan.cluster.Workers;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.console.Version;
import io.mulan.data.DataIdentity;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.PixelEntropy;
import io.mulan.data.SignalPower;
import io.mulan.diffusion.ModelParts;
import io.mulan.files.ConfigException;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.tf.Devices;
import io.mulan.training.Checkpoints;
import io.mulan.training.DivergedException;
import io.mulan.training.Trainer;
import io.mulan.training.TrainingListener;
import io.mulan.training.TrainingSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The training of one run in its folder, from wherever it is. */
public final class Training {
  private static final Logger LOG = LogManager.getLogger(Training.class);

  private Training() {}

  /**
   * That there are images for a batch; asked before a folder is made for a run that could not
   * begin.
   *
   * @throws ConfigException if there are too few
   */
  public static void checkBatch(TrainingConfig config, Dataset data) {
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
   * Trains a model in a folder: begins a run there, or resumes an unfinished one of the same
   * configuration. Checkpoints, metrics and the result are written into the folder.
   *
   * @param config such as {@link io.mulan.config.ConfigReader#preset}
   * @param listener hears of steps and evaluations, and may stop the run
   * @return the result; empty if the listener stopped it: it is saved, and the same call resumes it
   * @throws ConfigException if the folder holds something else or a finished run, or the data
   *     cannot be read
   * @throws io.mulan.tf.CheckpointException if a checkpoint cannot be written or read
   * @throws DivergedException if the loss is no longer finite; earlier checkpoints are whole
   */
  public static Optional<RunResult> run(Path folder, RunConfig config, RunListener listener) {
    Dataset data = Datasets.open(config.data());
    RunConfig resolved = SignalPower.resolve(config, data);
    checkBatch(resolved.training(), data);
    try (RunFolder run = RunFolder.open(folder, resolved)) {
      run.requireData(DataIdentity.of(data), false);
      Optional<RunResult> result =
          run(
              run,
              data,
              Workers.alone(),
              new Watch(listener, data.train().shape().size()),
              listener::stopAsked,
              () -> {});
      result.ifPresent(listener::finished);
      return result;
    }
  }

  /** Passes on what a listener of a run hears. */
  private record Watch(RunListener listener, int dimensions) implements TrainingListener {
    @Override
    public void stepped(long step, TrainingSession.Step values) {
      listener.stepped(step, values.total() / (dimensions * Math.log(2)));
    }

    @Override
    public void evaluated(long step, BoundEstimate bound) {
      listener.evaluated(step, bound);
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
  public static Optional<RunResult> run(
      RunFolder run, Dataset data, Workers workers, Terminal terminal, Progress.Frame frame) {
    RunLog.attach(run.path());
    int dimensions = data.train().shape().size();
    return run(
        run,
        data,
        workers,
        new Progress(run.config().training(), dimensions, terminal, frame),
        terminal::asked,
        () -> terminal.watch("finishing the step and saving"));
  }

  /**
   * @param progress hears of everything last
   * @param begun called before the first step
   */
  private static Optional<RunResult> run(
      RunFolder run,
      Dataset data,
      Workers workers,
      TrainingListener progress,
      BooleanSupplier stopAsked,
      Runnable begun) {
    long start = System.nanoTime();
    RunConfig config = run.config();
    boolean compiled = compiled(config.training());
    LOG.info("building the model...");
    try (TrainingSession session =
        new TrainingSession(config, data.train().shape(), compiled, workers)) {
      Checkpoints checkpoints = run.checkpoints();
      MetricsFile.From from = begin(session, checkpoints, run.path());
      run.writeOutcome(new RunOutcome(RunOutcome.State.TRAINING, from.step()));
      int dimensions = data.train().shape().size();
      begun.run();
      try (MetricsFile metrics =
              new MetricsFile(run.path(), from, start, config.training().logEvery(), dimensions);
          RunPictures pictures =
              new RunPictures(metrics.events(), config, checkpoints, data.test(), stopAsked)) {
        RunSummaries summaries = new RunSummaries(metrics.events(), session, config, from.step());
        if (metrics.evaluation().isPresent()) {
          complete(checkpoints, from.step(), metrics.evaluation().getAsDouble());
          pictures.draw(from.step());
        }
        Trainer trainer =
            new Trainer(
                config.training(),
                session,
                data,
                checkpoints,
                // Metrics come first: what was measured is recorded before anything is drawn of it.
                List.of(metrics, summaries, pictures, progress),
                stopAsked);
        try {
          Optional<BoundEstimate> bound = trainer.run();
          if (bound.isPresent()) {
            PixelEntropy pixels = new PixelEntropy(data.train(), () -> stop(stopAsked));
            RunResult result =
                new RunResult(
                    session.steps(),
                    bound.get(),
                    TrainingReport.method(bound.get(), config),
                    pixels.crossEntropy(data.test()),
                    pixels.entropy(),
                    ModelParts.counts(session.weights()),
                    metrics.worked(),
                    checkpoints.best().orElse(session.steps()),
                    Version.all());
            run.writeResult(result);
            summaries.finished();
            return Optional.of(result);
          }
        } catch (Stopped e) {
          LOG.debug("asked to stop after the last evaluation");
        } catch (DivergedException e) {
          summaries.diverged();
          run.writeOutcome(new RunOutcome(RunOutcome.State.DIVERGED, e.step(), e.reason()));
          throw e;
        }
      }
      run.writeOutcome(new RunOutcome(RunOutcome.State.INTERRUPTED, session.steps()));
      LOG.info("interrupted at step {}, saved", session.steps());
      return Optional.empty();
    }
  }

  private static void stop(BooleanSupplier asked) {
    if (asked.getAsBoolean()) {
      throw new Stopped();
    }
  }

  /** A program that was killed between the two recorded an evaluation, and did not describe it. */
  private static void complete(Checkpoints checkpoints, long step, double bitsPerDim) {
    if (checkpoints.bitsPerDim(step).isEmpty()) {
      checkpoints.measured(step, bitsPerDim);
    }
  }

  /** Whether XLA is to compile the step. */
  public static boolean compiled(TrainingConfig config) {
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
    if (!compiled) {
      LOG.info(
          "element-wise operations are {} (training.fused: {})",
          TrainingSession.fused(config, false) ? "fused" : "not fused",
          config.fused().name().toLowerCase(Locale.ROOT));
    }
    return compiled;
  }

  /** Where training resumes from. */
  private static MetricsFile.From begin(
      TrainingSession session, Checkpoints checkpoints, Path path) {
    Optional<Long> step = checkpoints.restoreNewest(session);
    checkpoints.clean(step.orElse(0L));
    if (step.isEmpty()) {
      session.initialize();
      LOG.info("training in {}", path);
      return MetricsFile.From.START;
    }
    LOG.info("resuming in {} from step {}", path, step.get());
    return new MetricsFile.From(step.get(), checkpoints.interval(step.get()));
  }
}
