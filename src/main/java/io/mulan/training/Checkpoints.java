package io.mulan.training;

import io.mulan.files.AtomicFolder;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.Variables.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.tensorflow.ndarray.Shape;

/**
 * The checkpoints of a run: a folder for each, named by its step, that holds TensorFlow's own files
 * and a description.
 *
 * <p>A folder with such a name is a complete checkpoint: it is written under another name, read
 * back, forced to disk, and then renamed.
 */
public final class Checkpoints {
  private static final String STATE = "state";
  private static final String DESCRIPTION = "checkpoint.json";

  private final Path folder;
  private final int keep;

  /**
   * @param keep how many of the newest are kept, besides the best
   */
  public Checkpoints(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /**
   * What a checkpoint is.
   *
   * @param bitsPerDim of its evaluation on the test images, if there was one
   * @param variables type and shape by name
   */
  record Description(long step, Double bitsPerDim, SortedMap<String, String> variables) {
    private static final Pattern FORM = Pattern.compile("\\w+\\[(\\d{1,9}(, \\d{1,9})*)?]");

    Description {
      if (!variables.values().stream().allMatch(form -> FORM.matcher(form).matches())) {
        throw new IllegalArgumentException("no variable's form");
      }
    }

    static Description of(Checkpointed state, long step, OptionalDouble bitsPerDim) {
      return new Description(
          step,
          bitsPerDim.isPresent() ? bitsPerDim.getAsDouble() : null,
          variables(state.variables()));
    }

    static SortedMap<String, String> variables(List<Variable<?>> all) {
      SortedMap<String, String> map = new TreeMap<>();
      all.forEach(
          v -> map.put(v.name(), v.type().getSimpleName() + Arrays.toString(v.shape().asArray())));
      return map;
    }

    /** The shape in what {@link #variables} has of a variable. */
    static Shape shape(String form) {
      String sizes = form.substring(form.indexOf('[') + 1, form.length() - 1);
      return sizes.isEmpty()
          ? Shape.scalar()
          : Shape.of(Stream.of(sizes.split(", ")).mapToLong(Long::parseLong).toArray());
    }
  }

  /** The steps that have a checkpoint, oldest first. */
  public List<Long> steps() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(p -> p.getFileName().toString())
          .filter(name -> name.matches("\\d{1,18}"))
          .map(Long::valueOf)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CheckpointException(folder + ": can't be listed: " + IoReason.of(e), e);
    }
  }

  public Path folder(long step) {
    return folder.resolve(Long.toString(step));
  }

  /**
   * Writes a checkpoint and removes those no longer kept.
   *
   * @return its folder
   * @throws CheckpointException if it can't be written; those before it are untouched
   */
  public Path save(Checkpointed state, long step, OptionalDouble bitsPerDim) {
    Path target = folder(step);
    try {
      AtomicFolder.write(
          target,
          at -> {
            state.save(at.resolve(STATE));
            JsonFile.write(at.resolve(DESCRIPTION), Description.of(state, step, bitsPerDim));
          });
      prune();
      return target;
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "checkpoint "
              + target
              + " can't be written: "
              + firstLine(e)
              + "; free some space or choose another folder with --run, then go on with the last"
              + " one"
              + steps().stream().reduce((a, b) -> b).map(s -> " (step " + s + ")").orElse(""),
          e);
    }
  }

  /**
   * Sets a state to the newest checkpoint.
   *
   * @return its step, or nothing where there is none
   * @throws CheckpointException if it is damaged or of another model
   */
  public Optional<Long> restoreNewest(Checkpointed state) {
    List<Long> steps = steps();
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    long step = steps.get(steps.size() - 1);
    restore(state, step);
    return Optional.of(step);
  }

  /**
   * Sets a state to a checkpoint.
   *
   * @throws CheckpointException if it is damaged or of another model
   */
  public void restore(Checkpointed state, long step) {
    Map<String, String> wanted = Description.variables(state.variables());
    Map<String, String> stored = describe(step).variables();
    check(step, stored, wanted, union(stored, wanted));
    load(step, state::restore);
  }

  /**
   * Sets a model to the averaged weights of a checkpoint.
   *
   * @throws CheckpointException if it is not there, damaged or of another model
   */
  public void restore(TrainedModel<?> model, long step) {
    if (!steps().contains(step)) {
      throw new CheckpointException(
          folder
              + " has no checkpoint of step "
              + step
              + (steps().isEmpty() ? "" : "; there are those of the steps " + steps()));
    }
    SortedMap<String, String> wanted = new TreeMap<>();
    Description.variables(model.variables())
        .forEach((name, form) -> wanted.put(RunState.AVERAGE + name, form));
    check(step, describe(step).variables(), wanted, List.copyOf(wanted.keySet()));
    load(step, prefix -> model.restore(prefix, name -> RunState.AVERAGE + name));
  }

  /** What identifies the weights of a checkpoint: its index has the checksum of each. */
  public String fingerprint(long step) {
    try {
      CRC32C crc = new CRC32C();
      crc.update(Files.readAllBytes(folder(step).resolve(STATE + ".index")));
      return "%08x".formatted(crc.getValue());
    } catch (IOException e) {
      throw damaged(step, STATE + ".index can't be read", e);
    }
  }

  /**
   * The shapes of the weights in a checkpoint, by name.
   *
   * @throws CheckpointException if it is damaged
   */
  public SortedMap<String, Shape> weights(long step) {
    SortedMap<String, Shape> weights = new TreeMap<>();
    describe(step)
        .variables()
        .forEach(
            (name, form) -> {
              if (name.startsWith(RunState.AVERAGE)) {
                weights.put(name.substring(RunState.AVERAGE.length()), Description.shape(form));
              }
            });
    return weights;
  }

  private void load(long step, Consumer<Path> restore) {
    try {
      restore.accept(folder(step).resolve(STATE));
    } catch (RuntimeException e) {
      throw damaged(step, firstLine(e), e);
    }
  }

  /** That a checkpoint has these variables as they are wanted. */
  private void check(
      long step, Map<String, String> stored, Map<String, String> wanted, List<String> names) {
    Path path = folder(step);
    for (String name : names) {
      if (!wanted.getOrDefault(name, "").equals(stored.getOrDefault(name, ""))) {
        throw new CheckpointException(
            path
                + " is of another configuration: "
                + name
                + " is "
                + stored.getOrDefault(name, "missing")
                + " there and "
                + wanted.getOrDefault(name, "not used")
                + " in this model; put back the"
                + " checkpoint that belongs to this run, or train anew with --run");
      }
    }
  }

  private static List<String> union(Map<String, String> a, Map<String, String> b) {
    return Stream.concat(a.keySet().stream(), b.keySet().stream()).distinct().sorted().toList();
  }

  private Description describe(long step) {
    try {
      return JsonFile.read(folder(step).resolve(DESCRIPTION), Description.class);
    } catch (IOException e) {
      throw damaged(step, DESCRIPTION + ": " + IoReason.of(e), e);
    }
  }

  private CheckpointException damaged(long step, String why, Exception cause) {
    Optional<Long> before = steps().stream().filter(s -> s < step).reduce((a, b) -> b);
    return new CheckpointException(
        "checkpoint "
            + folder(step)
            + " is damaged ("
            + why
            + "); remove that folder and "
            + before
                .map(s -> "the same command goes on from step " + s)
                .orElse("train anew: there is none before it"),
        cause);
  }

  /** The step of the checkpoint with the lowest bits/dim. */
  public Optional<Long> best() {
    return steps().stream()
        .map(this::describe)
        .filter(d -> d.bitsPerDim() != null && !d.bitsPerDim().isNaN())
        .min(Comparator.comparing(Description::bitsPerDim))
        .map(Description::step);
  }

  /** The bits/dim that the evaluation at a step gave, if there was one. */
  public OptionalDouble bitsPerDim(long step) {
    Double figure = describe(step).bitsPerDim();
    return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure);
  }

  private void prune() throws IOException {
    List<Long> steps = steps();
    Optional<Long> best = best();
    for (long step : steps.subList(0, Math.max(0, steps.size() - keep))) {
      if (best.isEmpty() || best.get() != step) {
        AtomicFolder.remove(folder(step));
      }
    }
  }

  /** Removes what an interrupted write left behind. */
  public void clean() {
    try {
      AtomicFolder.clean(folder);
    } catch (IOException e) {
      throw new CheckpointException(folder + ": can't be listed: " + IoReason.of(e), e);
    }
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }
}
