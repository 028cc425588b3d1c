package io.mulan.run;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.DataIdentity;
import io.mulan.data.Datasets;
import io.mulan.data.PixelEntropy;
import io.mulan.export.ExportedModel;
import io.mulan.export.ModelFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.ProgramLock;
import io.mulan.tf.CheckpointException;
import io.mulan.training.Checkpoints;
import io.mulan.training.Checkpoints.Kept;
import io.mulan.training.TrainedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongBiFunction;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A trained model that a command is asked about: a checkpoint of a run, or an exported model.
 *
 * @param path of the run or the exported version
 * @param results the folder that what is made of it goes to
 * @param step of the checkpoint
 */
public record TrainedRun(Path path, Path results, RunConfig config, long step, Source source)
    implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(TrainedRun.class);

  /** Where the weights are. */
  private interface Source {

    /** What identifies the weights, whatever the folder is called. */
    String fingerprint();

    /** Sets a model to them. */
    void restore(TrainedModel<?> model, Kept kept);

    /** Lets a training that resumes remove them. */
    default void close() {}
  }

  /**
   * @param held keeps the checkpoint from being removed by a training that resumes
   */
  private record Run(Checkpoints checkpoints, long step, Optional<ProgramLock> held)
      implements Source {
    @Override
    public String fingerprint() {
      return checkpoints.fingerprint(step);
    }

    @Override
    public void restore(TrainedModel<?> model, Kept kept) {
      checkpoints.restore(model, step, kept);
    }

    @Override
    public void close() {
      try {
        if (held.isPresent()) {
          held.get().close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private record Exported(ExportedModel model) implements Source {
    @Override
    public String fingerprint() {
      return model.card().weights();
    }

    @Override
    public void restore(TrainedModel<?> asked, Kept kept) {
      if (kept != Kept.AVERAGES) {
        throw new CheckpointException(
            model.folder() + " is an exported model, which has averaged weights alone");
      }
      asked.restore(model.weights(), name -> name);
    }
  }

  /**
   * The newest checkpoint of a run, or an exported model.
   *
   * @throws CheckpointException if there is none
   * @throws ConfigException if the folder is neither
   */
  public static TrainedRun newest(Path path) {
    return newest(path, Path.of("runs"));
  }

  /**
   * The same.
   *
   * @param runs the folder for what is made of an exported model: a server looks at the model's own
   */
  public static TrainedRun newest(Path path, Path runs) {
    if (!ExportedModel.isThere(path)) {
      return run(path, (kept, steps) -> steps.get(steps.size() - 1));
    }
    ExportedModel model = ExportedModel.open(path);
    Path results = runs.resolve(model.card().name() + "-" + model.card().version());
    return new TrainedRun(
        model.folder(), results, model.config(), model.card().step(), new Exported(model));
  }

  /** The checkpoint of a run with the best bound; the newest where none was measured. */
  public static TrainedRun best(Path run) {
    return run(run, (kept, steps) -> kept.best().orElse(steps.get(steps.size() - 1)));
  }

  /**
   * The checkpoint of a run after so many steps.
   *
   * @throws CheckpointException if that one is not kept
   */
  public static TrainedRun at(Path run, long step) {
    return run(
        run,
        (kept, steps) -> {
          if (!steps.contains(step)) {
            throw new CheckpointException(
                run + " has no checkpoint of step " + step + "; there are those of " + steps);
          }
          return step;
        });
  }

  /**
   * The steps of a run's checkpoints, the newest last.
   *
   * @throws CheckpointException if there is none
   */
  public static List<Long> steps(Path run) {
    return steps(run, RunFolder.checkpoints(run, RunFolder.readConfig(run)));
  }

  private static List<Long> steps(Path run, Checkpoints checkpoints) {
    List<Long> steps = checkpoints.steps();
    if (steps.isEmpty()) {
      throw new CheckpointException(
          run + " has no checkpoint yet; train it: mulan train --resume " + run);
    }
    return steps;
  }

  private static TrainedRun run(Path path, ToLongBiFunction<Checkpoints, List<Long>> choice) {
    RunConfig config = RunFolder.readConfig(path);
    Checkpoints checkpoints = RunFolder.checkpoints(path, config);
    while (true) {
      long step = choice.applyAsLong(checkpoints, steps(path, checkpoints));
      Optional<ProgramLock> held = checkpoints.hold(step);
      if (checkpoints.has(step)) {
        return new TrainedRun(path, path, config, step, new Run(checkpoints, step, held));
      } // a training that resumed has removed it meanwhile: there is a newer one
    }
  }

  public ImageShape image() {
    return Datasets.shape(config.data()).image();
  }

  /** The exported model that it is; empty for a run. */
  public Optional<ExportedModel> exported() {
    return source instanceof Exported exported ? Optional.of(exported.model()) : Optional.empty();
  }

  /** The data that it was trained with, if they are known. */
  public Optional<DataIdentity> data() {
    return DataIdentity.read(
        path.resolve(source instanceof Exported ? ModelFolder.DATA : DataIdentity.FILE));
  }

  /** The histograms of its training images; empty if those cannot be read. */
  public Optional<PixelEntropy> pixels() {
    try {
      return Optional.of(new PixelEntropy(Datasets.open(config.data()).train()));
    } catch (ConfigException e) {
      LOG.debug("no training images", e);
      return Optional.empty();
    }
  }

  /** What identifies the weights, whatever the folder is called. */
  public String fingerprint() {
    return source.fingerprint();
  }

  /** The same run with other settings that do not change its weights. */
  public TrainedRun with(String... settings) {
    return new TrainedRun(
        path, results, ConfigReader.override(config, List.of(settings)), step, source);
  }

  /** The model, with its averaged weights, and what is asked of it. */
  public <G> TrainedModel<G> open(TrainedModel.Parts<G> parts) {
    return open(parts, Kept.AVERAGES);
  }

  /** The same with these weights. */
  <G> TrainedModel<G> open(TrainedModel.Parts<G> parts, Kept kept) {
    TrainedModel<G> model = new TrainedModel<>(config, image(), parts);
    try {
      source.restore(model, kept);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** A training may remove the checkpoint from now on. Models that were opened stay open. */
  @Override
  public void close() {
    source.close();
  }
}
