package io.mulan.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.config.RunConfig.Difference;
import io.mulan.console.Text;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.likelihood.BoundGraph;
import io.mulan.nn.UNet;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.Variables.Variable;
import io.mulan.training.Checkpoints;
import io.mulan.training.Checkpoints.Kept;
import io.mulan.training.Interval;
import io.mulan.training.RunState;
import io.mulan.training.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.ndarray.Shape;

/**
 * The weights of another model, for a run that begins: those of the same name and shape are taken,
 * as weights and as averages. The others, and the moments of the optimiser, are as in any run that
 * begins.
 *
 * <p>Where two networks are conditioned on vectors of different lengths, such as those of VDM and
 * MuLAN, what they learned of time is taken too: the inputs that the time has.
 */
public final class InitialWeights {
  /** The file of a run that says what was taken. */
  private static final String FILE = "init.json";

  private static final String CONDITIONING =
      DiffusionModel.NETWORK + "/" + UNet.CONDITIONING_KERNEL;

  private static final Logger LOG = LogManager.getLogger(InitialWeights.class);

  /** Settings that change what weights of the same shape do. */
  private static final Set<String> MEANING =
      Set.of(
          "data.levels",
          "schedule.gamma_min",
          "schedule.gamma_max",
          "network.kind",
          "network.fourier",
          "network.groups",
          "network.preconditioning",
          "loss.prediction");

  private final Path source;
  private final Kept kept;
  private final Optional<Long> step;
  private final Optional<RunConfig> config;
  private final Optional<Integer> timeInputs;
  private final SortedMap<String, Values> weights;

  private InitialWeights(
      Path source,
      Kept kept,
      Optional<Long> step,
      Optional<RunConfig> config,
      Optional<Integer> timeInputs,
      SortedMap<String, Values> weights) {
    this.source = source;
    this.kept = kept;
    this.step = step;
    this.config = config;
    this.timeInputs = timeInputs;
    this.weights = weights;
  }

  /** A weight. */
  private record Values(Shape shape, float[] elements) {}

  /**
   * What became of each weight.
   *
   * @param source of the weights
   * @param step of the source, if it is known
   * @param kept which weights of the source
   * @param taken as they are
   * @param partly taken for the inputs of time
   * @param otherShape there; initialised
   * @param missing there; initialised
   * @param unused of the source
   */
  public record Taken(
      String source,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long step,
      String kept,
      List<String> taken,
      List<String> partly,
      List<String> otherShape,
      List<String> missing,
      List<String> unused) {

    /** What was taken, in a line. */
    public String summary() {
      StringBuilder text =
          new StringBuilder("weights of ").append(source).append(" (").append(kept);
      if (step != null) {
        text.append(", step ").append(Text.count(step));
      }
      text.append("): ").append(taken.size()).append(" taken");
      text.append(listed("taken for the inputs of time", partly));
      text.append(listed("initialised, of another shape there", otherShape));
      text.append(listed("initialised, not there", missing));
      return text.append(listed("not used", unused)).toString();
    }

    private static String listed(String what, List<String> names) {
      if (names.isEmpty()) {
        return "";
      }
      String first = String.join(", ", names.subList(0, Math.min(3, names.size())));
      String more = names.size() > 3 ? ", ..." : "";
      return "; %d %s (%s%s)".formatted(names.size(), what, first, more);
    }
  }

  /**
   * The weights for the run in a folder.
   *
   * @param source a run, whose newest checkpoint is taken, an exported model, or a NumPy archive
   *     with the names that weights have here
   * @return nothing if the run has begun with them before
   * @throws ConfigException if the run has begun otherwise, or there is no such source
   * @throws CheckpointException if the source is damaged, or has no such weights
   */
  public static Optional<InitialWeights> of(Path run, RunConfig config, Path source, Kept kept) {
    if (RunFolder.checkpoints(run, config).steps().isEmpty()) {
      return Optional.of(read(source, kept));
    }
    if (taken(run)
        .filter(t -> t.source().equals(source.toString()) && t.kept().equals(Text.name(kept)))
        .isPresent()) {
      return Optional.empty();
    }
    throw new ConfigException(
        "%s has begun with other weights than those of %s; resume it without --init, or name another folder with --run"
            .formatted(run, source));
  }

  /**
   * What a run took when it began; empty if it began with weights of its own.
   *
   * @throws ConfigException if that cannot be read
   */
  static Optional<Taken> taken(Path run) {
    Path file = run.resolve(FILE);
    try {
      return Files.exists(file) ? Optional.of(JsonFile.read(file, Taken.class)) : Optional.empty();
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be read: " + IoReason.of(e), e);
    }
  }

  private static InitialWeights read(Path source, Kept kept) {
    if (Files.isDirectory(source)) {
      return ofModel(source, kept);
    }
    if (!Files.exists(source)) {
      throw new ConfigException(
          source + " is not there; name a run, an exported model or a NumPy archive (.npz)");
    }
    if (!source.toString().endsWith(".npz")) {
      throw new ConfigException(
          source
              + " is not a run, an exported model or a NumPy archive (.npz); mulan import --flax makes a run of a published checkpoint");
    }
    return ofArchive(source, kept);
  }

  private static InitialWeights ofModel(Path source, Kept kept) {
    try (TrainedRun run = TrainedRun.newest(source);
        TrainedModel<BoundGraph> model = run.open(BoundGraph::build, kept)) {
      SortedMap<String, Values> weights = new TreeMap<>();
      List<float[]> values = model.values();
      for (int i = 0; i < values.size(); i++) {
        Variable<?> weight = model.variables().get(i);
        weights.put(weight.name(), new Values(weight.shape(), values.get(i)));
      }
      RunConfig config = run.config();
      return new InitialWeights(
          source,
          kept,
          Optional.of(run.step()),
          Optional.of(config),
          Optional.of(timeInputs(config, run.image())),
          weights);
    }
  }

  /** One that has weights alone has them for averages too. */
  private static InitialWeights ofArchive(Path source, Kept kept) {
    try (Npz npz = Npz.open(source)) {
      boolean averages = npz.names().stream().anyMatch(n -> n.startsWith(RunState.AVERAGE));
      String prefix = averages ? kept.prefix() : "";
      SortedMap<String, Values> weights = new TreeMap<>();
      for (String name : npz.names()) {
        String weight = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        if (name.startsWith(prefix) && isWeight(weight)) {
          NpyArray array = npz.array(name);
          long[] shape = Arrays.stream(array.shape()).asLongStream().toArray();
          weights.put(weight, new Values(Shape.of(shape), array.toFloats()));
        }
      }
      return new InitialWeights(
          source, kept, Optional.empty(), Optional.empty(), Optional.empty(), weights);
    }
  }

  private static boolean isWeight(String name) {
    return !name.equals(RunState.STEP)
        && List.of(RunState.AVERAGE, RunState.FIRST_MOMENT, RunState.SECOND_MOMENT).stream()
            .noneMatch(name::startsWith);
  }

  /**
   * Writes the checkpoint of step 0 of a run, and what was taken next to it.
   *
   * @throws CheckpointException if nothing can be taken, or the checkpoint cannot be written
   */
  public void begin(RunFolder run, ImageShape image) {
    LOG.info("taking weights of {}...", source);
    try (RunState state = new RunState(run.config(), image)) {
      state.initialize();
      Taken taken = take(state, timeInputs(run.config(), image));
      // First: with a checkpoint, the run has begun.
      AtomicFile.write(run.path().resolve(FILE), JsonFile.text(taken));
      LOG.info("{}", taken.summary());
      warn(run.config());
      Checkpoints checkpoints = run.checkpoints();
      checkpoints.save(state, 0, Interval.NONE);
    } catch (IOException e) {
      throw new CheckpointException(
          run.path().resolve(FILE) + " cannot be written: " + IoReason.of(e), e);
    }
  }

  private Taken take(RunState state, int timeInputs) {
    List<String> taken = new ArrayList<>();
    List<String> partly = new ArrayList<>();
    List<String> otherShape = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    Set<String> unused = new TreeSet<>(weights.keySet());
    state
        .weights()
        .forEach(
            (name, shape) -> {
              unused.remove(name);
              Values there = weights.get(name);
              if (there == null) {
                missing.add(name);
              } else if (there.shape().equals(shape)) {
                state.begin(name, there.elements());
                taken.add(name);
              } else if (name.equals(CONDITIONING) && timesFit(there.shape(), shape, timeInputs)) {
                float[] elements = state.weight(name);
                System.arraycopy(there.elements(), 0, elements, 0, timeInputs * (int) shape.get(1));
                state.begin(name, elements);
                partly.add(name);
              } else {
                otherShape.add(name);
              }
            });
    if (taken.isEmpty()) {
      throw new CheckpointException(
          source
              + " has no weight of the name and shape of one of this model; name another with --init");
    }
    return new Taken(
        source.toString(),
        step.orElse(null),
        Text.name(kept),
        taken,
        partly,
        otherShape,
        missing,
        List.copyOf(unused));
  }

  /** Whether both have the inputs of time, and as many outputs. */
  private boolean timesFit(Shape there, Shape here, int timeInputs) {
    return there.numDimensions() == 2
        && there.get(1) == here.get(1)
        && there.get(0) > timeInputs
        && (this.timeInputs.isEmpty() || this.timeInputs.get() == timeInputs);
  }

  private static int timeInputs(RunConfig config, ImageShape image) {
    return new UNet(config.network()).timeInputs(image.channels());
  }

  private void warn(RunConfig now) {
    List<String> others =
        config.stream()
            .flatMap(there -> RunConfig.differences(there, now).stream())
            .filter(d -> MEANING.contains(d.key()))
            .map(InitialWeights::text)
            .toList();
    if (!others.isEmpty()) {
      LOG.warn(
          "the weights of {} were trained with other settings, with which they mean something else: {}",
          source,
          String.join(", ", others));
    }
  }

  private static String text(Difference d) {
    return "%s (%s there, %s here)".formatted(d.key(), d.left(), d.right());
  }
}
