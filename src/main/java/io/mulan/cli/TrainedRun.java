package io.mulan.cli;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.DataIdentity;
import io.mulan.data.Datasets;
import io.mulan.export.ExportedModel;
import io.mulan.export.ModelFolder;
import io.mulan.files.ProgramLock;
import io.mulan.run.RunFolder;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.GraphPart;
import io.mulan.training.Checkpoints;
import io.mulan.training.TrainedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * A trained model that a command is asked about: a checkpoint of a run, or an exported model.
 *
 * @param path of the run or the exported version
 * @param results the folder that what is made of it goes to
 * @param step of the checkpoint
 */
record TrainedRun(Path path, Path results, RunConfig config, long step, Source source) {
  private static final String BEST = "best";

  /** Where the weights are. */
  private interface Source {

    /** What identifies the weights, whatever the folder is called. */
    String fingerprint();

    /** Sets a model to them. */
    void restore(TrainedModel<?> model);
  }

  /**
   * @param held keeps the checkpoint from being removed by a training that goes on
   */
  private record Run(Checkpoints checkpoints, long step, Optional<ProgramLock> held)
      implements Source {
    @Override
    public String fingerprint() {
      return checkpoints.fingerprint(step);
    }

    @Override
    public void restore(TrainedModel<?> model) {
      checkpoints.restore(model, step);
    }
  }

  private record Exported(ExportedModel model) implements Source {
    @Override
    public String fingerprint() {
      return model.card().weights();
    }

    @Override
    public void restore(TrainedModel<?> asked) {
      asked.restore(model.weights(), name -> name);
    }
  }

  static Options options(Options options) {
    return options.addOption(
        ConfigOptions.withValue(
            "step", "N|best", "which checkpoint: of a step, or with the best bound (the newest)"));
  }

  /** The run or exported model that the first argument names. */
  static TrainedRun of(CommandLine line) {
    return of(ConfigOptions.path(line.getArgList().get(0)), line.getOptionValue("step"));
  }

  /**
   * A run in a folder, or an exported model.
   *
   * @param asked what {@code --step} says; null for nothing
   */
  static TrainedRun of(Path path, String asked) {
    return ExportedModel.isThere(path) ? exported(path, asked) : run(path, asked);
  }

  /** A run in a folder. */
  static TrainedRun run(Path path, String asked) {
    RunConfig config = RunFolder.readConfig(path);
    Checkpoints checkpoints = RunFolder.checkpoints(path, config);
    while (true) {
      long step = step(asked, path, checkpoints);
      Optional<ProgramLock> held = checkpoints.hold(step);
      if (checkpoints.has(step)) {
        return new TrainedRun(path, path, config, step, new Run(checkpoints, step, held));
      } // a training that goes on has removed it meanwhile: there is a newer one
    }
  }

  private static TrainedRun exported(Path path, String asked) {
    if (asked != null) {
      throw new UsageException(
          "--step goes with a run folder; an exported model has one step only");
    }
    ExportedModel model = ExportedModel.open(path);
    // A server looks at the model's own folder.
    Path results = Path.of("runs", model.card().name() + "-" + model.card().version());
    return new TrainedRun(
        model.folder(), results, model.config(), model.card().step(), new Exported(model));
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

  /** The data that it was trained with, if they are known. */
  Optional<DataIdentity> data() {
    return DataIdentity.read(
        path.resolve(source instanceof Exported ? ModelFolder.DATA : DataIdentity.FILE));
  }

  /** What identifies the weights, whatever the folder is called. */
  String fingerprint() {
    return source.fingerprint();
  }

  /** The same run with other settings that do not change its weights. */
  TrainedRun with(String... settings) {
    return new TrainedRun(
        path, results, ConfigReader.override(config, List.of(settings)), step, source);
  }

  /** The model, with its averaged weights, and what is asked of it. */
  <G extends GraphPart<G>> TrainedModel<G> open(TrainedModel.Parts<G> parts) {
    TrainedModel<G> model = new TrainedModel<>(config, image(), parts);
    try {
      source.restore(model);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
