package io.mulan.cli;

import io.mulan.config.ConfigException;
import io.mulan.config.ConfigReader;
import io.mulan.config.Difference;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.PixelEntropy;
import io.mulan.diffusion.ModelParts;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.tf.Devices;
import io.mulan.training.Checkpoints;
import io.mulan.training.MetricsFile;
import io.mulan.training.RunFolder;
import io.mulan.training.RunResult;
import io.mulan.training.RunSummaries;
import io.mulan.training.Trainer;
import io.mulan.training.TrainingSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** {@code mulan train}: trains a model, or goes on with one. */
final class TrainCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(TrainCommand.class);

  /** Settings of the data that may change in a run that goes on. */
  private static final Set<String> MOVABLE = Set.of("data.path", "data.skip_bad");

  @Override
  public String name() {
    return "train";
  }

  @Override
  public String summary() {
    return "train a model and measure its likelihood";
  }

  @Override
  public String examples() {
    return """
          mulan train                                   the embedded digits, into runs/digits
          mulan train --preset photos --steps 500       patches of two photographs
          mulan train --set latent.size=20 --run runs/a another latent
          mulan train --preset cifar10 --dry-run        the published model: weights, memory, time
          mulan train --set data.kind=images --set data.path=DIR   your own pictures
          mulan train --resume runs/digits              go on after an interruption
          mulan train --resume runs/digits --steps 4000 train further
        """;
  }

  @Override
  public Options options() {
    return ConfigOptions.training(new Options())
        .addOption(ConfigOptions.withValue("run", "DIR", "the run folder (runs/PRESET)"))
        .addOption(
            ConfigOptions.withValue(
                "resume", "DIR", "go on with this run; --set training.KEY and --steps may change"))
        .addOption(
            ConfigOptions.flag(
                "dry-run", "print configuration, weights, memory and time, and train nothing"));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    if (line.hasOption("dry-run")) {
      DryRun.print(line.hasOption("resume") ? resumed(line) : configured(line));
      return ExitCode.OK;
    }
    Dataset data;
    RunFolder opened;
    if (line.hasOption("resume")) {
      RunConfig config = resumed(line);
      data = Datasets.open(config.data());
      opened = RunFolder.resume(folder(line, "resume"), config);
    } else {
      RunConfig config = configured(line);
      data = Datasets.open(config.data());
      checkBatch(config.training(), data);
      opened = RunFolder.open(newFolder(line), config);
    }
    try (RunFolder run = opened) {
      return train(run, data, interruption);
    }
  }

  private static RunConfig configured(CommandLine line) {
    return ConfigOptions.read(line, ConfigOptions.trainingSettings(line));
  }

  /**
   * The configuration of the run to go on with, with the training settings changed that were asked
   * for.
   */
  private static RunConfig resumed(CommandLine line) {
    for (String other : List.of("preset", "config", "run")) {
      if (line.hasOption(other)) {
        throw new UsageException(
            "--resume takes its configuration from the run folder: leave --" + other + " out");
      }
    }
    Path path = folder(line, "resume");
    RunConfig there = RunFolder.readConfig(path);
    RunConfig config =
        ConfigReader.override(
            there,
            Stream.concat(
                    ConfigOptions.settings(line).stream(),
                    ConfigOptions.trainingSettings(line).stream())
                .toList());
    List<Difference> changed = RunConfig.differences(there, config);
    for (Difference d : changed) {
      if (!d.key().startsWith("training.") && !MOVABLE.contains(d.key())) {
        throw new ConfigException(
            d.key()
                + " can't change in a run that goes on ("
                + d.left()
                + " in "
                + path
                + "); only training.*, data.path and data.skip_bad can: start another run with"
                + " --run");
      }
    }
    if (changed.isEmpty() && RunFolder.finished(path)) {
      throw new ConfigException(
          path
              + " is finished ("
              + there.training().steps()
              + " steps); train it further with"
              + " --steps "
              + 2L * there.training().steps());
    }
    return config;
  }

  private static Path newFolder(CommandLine line) {
    if (line.hasOption("run")) {
      return folder(line, "run");
    }
    return Path.of("runs", ConfigOptions.name(line));
  }

  private static Path folder(CommandLine line, String option) {
    return ConfigOptions.path(line.getOptionValue(option));
  }

  /** Before a folder is made for a run that could not begin. */
  private static void checkBatch(TrainingConfig config, Dataset data) {
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

  private static int train(RunFolder run, Dataset data, Interruption interruption) {
    long start = System.nanoTime();
    RunLog.attach(run.path());
    RunConfig config = run.config();
    boolean compiled = compiled(config.training());
    LOG.info("building the model...");
    try (TrainingSession session = new TrainingSession(config, data.train().shape(), compiled)) {
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
        Progress progress =
            new Progress(
                config.training().steps(),
                config.training().logEvery(),
                config.training().batch(),
                dimensions,
                Boolean.getBoolean("mulan.terminal"));
        bound =
            new Trainer(
                    config.training(),
                    session,
                    data,
                    checkpoints,
                    // What follows an evaluation is not of the steps that the last two time.
                    List.of(summaries, pictures, metrics, progress),
                    interruption::asked)
                .run();
      }
      if (bound.isEmpty()) {
        LOG.info(
            "interrupted at step {}, saved; go on with: mulan train --resume {}",
            session.steps(),
            run.path());
        return ExitCode.INTERRUPTED;
      }
      RunResult result =
          result(
              session, config, bound.get(), data, checkpoints, (System.nanoTime() - start) / 1e9);
      run.writeResult(result);
      System.out.print(TrainingReport.of(result, run, data));
      return ExitCode.OK;
    }
  }

  private static boolean compiled(TrainingConfig config) {
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
