package io.mulan.cli;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.GraphPart;
import io.mulan.training.Checkpoints;
import io.mulan.training.RunFolder;
import io.mulan.training.TrainedModel;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * A trained model that a command is asked about: a run folder, and one of its checkpoints.
 *
 * @param step of the checkpoint
 */
record TrainedRun(Path path, RunConfig config, Checkpoints checkpoints, long step) {
  private static final String BEST = "best";

  static Options options(Options options) {
    return options.addOption(
        ConfigOptions.withValue(
            "step", "N|best", "which checkpoint: of a step, or with the best bound (the newest)"));
  }

  /** The run that the first argument names. */
  static TrainedRun of(CommandLine line) {
    return of(ConfigOptions.path(line.getArgList().get(0)), line.getOptionValue("step"));
  }

  /**
   * A run in a folder.
   *
   * @param asked what {@code --step} says; null for nothing
   */
  static TrainedRun of(Path path, String asked) {
    RunConfig config = RunFolder.readConfig(path);
    Checkpoints checkpoints = RunFolder.checkpoints(path, config);
    return new TrainedRun(path, config, checkpoints, step(asked, path, checkpoints));
  }

  private static long step(String asked, Path path, Checkpoints checkpoints) {
    List<Long> steps = checkpoints.steps();
    if (steps.isEmpty()) {
      throw new CheckpointException(
          path + " has no checkpoint yet; train it: mulan train --resume " + path);
    }
    long newest = steps.get(steps.size() - 1);
    if (asked == null) {
      return newest;
    }
    if (asked.equals(BEST)) {
      return checkpoints.best().orElse(newest);
    }
    if (steps.stream().noneMatch(s -> s.toString().equals(asked))) {
      throw new UsageException(
          "--step is '" + asked + "'; allowed is best or one of the steps kept: " + steps);
    }
    return Long.parseLong(asked);
  }

  ImageShape image() {
    return Datasets.shape(config.data()).image();
  }

  /** What identifies the weights, whatever the folder is called. */
  String fingerprint() {
    return checkpoints.fingerprint(step);
  }

  /** The same run with other settings that do not change its weights. */
  TrainedRun with(String... settings) {
    return new TrainedRun(
        path, ConfigReader.override(config, List.of(settings)), checkpoints, step);
  }

  /** The model, with its averaged weights, and what is asked of it. */
  <G extends GraphPart<G>> TrainedModel<G> open(TrainedModel.Parts<G> parts) {
    TrainedModel<G> model = new TrainedModel<>(config, image(), parts);
    try {
      checkpoints.restore(model, step);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
