package io.mulan.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mulan.files.AtomicFolder;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.files.ProgramLock;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.Variables.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
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

  /** A file of a checkpoint that is locked while a program reads the checkpoint. */
  private static final String IN_USE = "in-use";

  /** How often a reader looks whether a checkpoint that is being removed is gone. */
  private static final long REMOVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final Logger LOG = LogManager.getLogger(Checkpoints.class);

  private final Path folder;
  private final int keep;
  private final Set<Long> passedOver = new HashSet<>();

  /**
   * @param keep how many of the newest are kept, in addition to the best
   */
  public Checkpoints(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /**
   * What a checkpoint is.
   *
   * @param bitsPerDim of its evaluation on the test images; null before there is one
   * @param variables type and shape by name
   * @param interval what was measured since the last line of metrics; null if it is not known
   */
  record Description(
      long step,
      Double bitsPerDim,
      SortedMap<String, String> variables,
      @JsonInclude(JsonInclude.Include.NON_NULL) Interval interval) {
    private static final Pattern FORM = Pattern.compile("\\w+\\[(\\d{1,9}(, \\d{1,9})*)?]");

    Description {
      if (!variables.values().stream().allMatch(form -> FORM.matcher(form).matches())) {
        throw new IllegalArgumentException("no variable's form");
      }
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
      throw new CheckpointException(folder + ": cannot be listed: " + IoReason.of(e), e);
    }
  }

  public Path folder(long step) {
    return folder.resolve(Long.toString(step));
  }

  /** Whether a step has a checkpoint. */
  public boolean has(long step) {
    return Files.isDirectory(folder(step));
  }

  /**
   * Writes a checkpoint and removes those no longer kept.
   *
   * @param interval what was measured since the last line of metrics
   * @return its folder
   * @throws CheckpointException if it cannot be written; those before it are untouched
   */
  public Path save(Checkpointed state, long step, Interval interval) {
    Path target = folder(step);
    SortedMap<String, String> variables = Description.variables(state.variables());
    try {
      AtomicFolder.write(
          target,
          at -> {
            state.save(at.resolve(STATE));
            Files.createFile(at.resolve(IN_USE));
            JsonFile.write(
                at.resolve(DESCRIPTION), new Description(step, null, variables, interval));
          });
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "checkpoint "
              + target
              + " cannot be written: "
              + firstLine(e)
              + "; free some space or choose another folder with --run, then resume with the last"
              + " one"
              + steps().stream().reduce((a, b) -> b).map(s -> " (step " + s + ")").orElse(""),
          e);
    }
    prune();
    return target;
  }

  /**
   * Adds to a checkpoint what its evaluation on the test images gave, and removes those no longer
   * kept.
   *
   * @throws CheckpointException if it cannot be written; the checkpoint is untouched
   */
  public void measured(long step, double bitsPerDim) {
    Description known = describe(step);
    try {
      JsonFile.write(
          folder(step).resolve(DESCRIPTION),
          new Description(step, bitsPerDim, known.variables(), known.interval()));
    } catch (IOException e) {
      throw new CheckpointException(
          folder(step).resolve(DESCRIPTION)
              + " cannot be written: "
              + IoReason.of(e)
              + "; free some space, then resume with: mulan train --resume "
              + run(),
          e);
    }
    prune();
  }

  /** What was measured between the last line of metrics and a checkpoint, if that is known. */
  public Optional<Interval> interval(long step) {
    return Optional.ofNullable(describe(step).interval());
  }

  /**
   * Keeps a checkpoint from being removed by a training that resumes, as long as this program holds
   * the lock. It may have been removed just before, see {@link #has}.
   *
   * @return nothing if it cannot be locked: one of an older version, or a system without locks
   */
  public Optional<ProgramLock> hold(long step) {
    Path file = folder(step).resolve(IN_USE);
    try {
      Optional<ProgramLock> held = ProgramLock.tryShare(file);
      while (held.isEmpty() && has(step)) { // a training is removing it
        LockSupport.parkNanos(REMOVAL_NANOS);
        held = ProgramLock.tryShare(file);
      }
      return held;
    } catch (IOException notPossibleHere) {
      return Optional.empty();
    }
  }

  /**
   * Sets a state to the newest checkpoint that is not damaged; a warning names those that are, and
   * the steps lost.
   *
   * @return its step, or nothing where there is none
   * @throws CheckpointException if all are damaged, or it is of another model
   */
  public Optional<Long> restoreNewest(Checkpointed state) {
    List<DamagedException> damaged = new ArrayList<>();
    List<Long> steps = steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      long step = steps.get(i);
      try {
        restore(state, step);
        long lost = steps.get(steps.size() - 1) - step;
        damaged.forEach(
            d ->
                LOG.warn(
                    "{}; training goes back to the one of step {}: {} steps are lost, and made again",
                    d.what(),
                    step,
                    lost));
        return Optional.of(step);
      } catch (DamagedException e) {
        damaged.add(e);
      } catch (CheckpointException e) {
        if (has(step)) {
          throw e;
        } // the chief of several processes has set it aside
      }
    }
    if (!damaged.isEmpty()) {
      throw damaged.get(0);
    }
    return Optional.empty();
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

  /** Which weights of a checkpoint. */
  public enum Kept {
    /** The moving averages, with which everything is evaluated. */
    AVERAGES(RunState.AVERAGE),
    /** Those after the last step. */
    LAST("");

    private final String prefix;

    Kept(String prefix) {
      this.prefix = prefix;
    }

    /** What the name of such a weight has before that of the weight. */
    public String prefix() {
      return prefix;
    }
  }

  /**
   * Sets a model to the averaged weights of a checkpoint.
   *
   * @throws CheckpointException if it is not there, damaged or of another model
   */
  public void restore(TrainedModel<?> model, long step) {
    restore(model, step, Kept.AVERAGES);
  }

  /** The same with these weights. */
  public void restore(TrainedModel<?> model, long step, Kept kept) {
    if (!steps().contains(step)) {
      throw new CheckpointException(
          folder
              + " has no checkpoint of step "
              + step
              + (steps().isEmpty() ? "" : "; there are those of the steps " + steps()));
    }
    SortedMap<String, String> wanted = new TreeMap<>();
    Description.variables(model.variables())
        .forEach((name, form) -> wanted.put(kept.prefix() + name, form));
    check(step, describe(step).variables(), wanted, List.copyOf(wanted.keySet()));
    load(step, prefix -> model.restore(prefix, name -> kept.prefix() + name));
  }

  /** What identifies the weights of a checkpoint: its index has the checksum of each. */
  public String fingerprint(long step) {
    try {
      CRC32C crc = new CRC32C();
      crc.update(Files.readAllBytes(folder(step).resolve(STATE + ".index")));
      return "%08x".formatted(crc.getValue());
    } catch (IOException e) {
      throw damaged(step, STATE + ".index cannot be read", e);
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
                + " checkpoint that belongs to this run, or train again with --run");
      }
    }
  }

  private static List<String> union(Map<String, String> a, Map<String, String> b) {
    return Stream.concat(a.keySet().stream(), b.keySet().stream()).distinct().sorted().toList();
  }

  private Description describe(long step) {
    try {
      Description description = JsonFile.read(folder(step).resolve(DESCRIPTION), Description.class);
      if (description.step() != step) {
        throw damaged(step, DESCRIPTION + " is of step " + description.step(), null);
      }
      if (!Files.isReadable(folder(step).resolve(STATE + ".index"))) {
        throw damaged(step, STATE + ".index cannot be read", null);
      }
      return description;
    } catch (IOException e) {
      throw damaged(step, DESCRIPTION + ": " + IoReason.of(e), e);
    }
  }

  /** That a checkpoint is damaged, or has just been removed. */
  private CheckpointException damaged(long step, String why, Exception cause) {
    if (!has(step)) {
      return new CheckpointException(
          "checkpoint "
              + folder(step)
              + " has been removed by a training that continues there; run the same command again",
          cause);
    }
    Optional<Long> before = steps().stream().filter(s -> s < step).reduce((a, b) -> b);
    return new DamagedException(
        "checkpoint " + folder(step) + " is damaged (" + why + ")",
        before
            .map(
                s ->
                    "mulan train --resume %s goes back to step %d by itself, and other commands do with --step %d"
                        .formatted(run(), s, s))
            .orElse("there is none before it: put back a copy, or train again with --run"),
        cause);
  }

  /** The folder of the run. */
  private Path run() {
    Path run = folder.getParent();
    return run == null ? folder : run;
  }

  /** The step of the checkpoint with the lowest bits/dim. */
  public Optional<Long> best() {
    return best(readable());
  }

  private static Optional<Long> best(List<Description> descriptions) {
    return descriptions.stream()
        .filter(d -> d.bitsPerDim() != null && !d.bitsPerDim().isNaN())
        .min(Comparator.comparing(Description::bitsPerDim))
        .map(Description::step);
  }

  /** The newest checkpoint that has all its files; what their weights are is not looked at. */
  public Optional<Long> newestReadable() {
    return readable().stream().map(Description::step).reduce((a, b) -> b);
  }

  /** Of all checkpoints; one that is damaged is passed over, with a warning. */
  private List<Description> readable() {
    List<Description> readable = new ArrayList<>();
    for (long step : steps()) {
      try {
        readable.add(describe(step));
      } catch (DamagedException e) {
        if (passedOver.add(step)) {
          LOG.warn("{}; it is passed over, and left where it is", e.what());
        }
      } catch (CheckpointException removedMeanwhile) {
        LOG.debug(removedMeanwhile.getMessage());
      }
    }
    return readable;
  }

  /** The bits/dim that the evaluation at a step gave, if there was one. */
  public OptionalDouble bitsPerDim(long step) {
    Double figure = describe(step).bitsPerDim();
    return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure);
  }

  /** Removes what is no longer kept. A failure here does not fail the save. */
  private void prune() {
    try {
      List<Description> readable = readable();
      Optional<Long> best = best(readable);
      for (Description old : readable.subList(0, Math.max(0, readable.size() - keep))) {
        if (best.isEmpty() || best.get() != old.step()) {
          remove(old.step());
        }
      }
    } catch (IOException | CheckpointException e) {
      LOG.warn(
          "{}: old checkpoints cannot be removed: {}; training continues, and tries again after the"
              + " next checkpoint",
          folder,
          e instanceof IOException io ? IoReason.of(io) : e.getMessage());
    }
  }

  /** Unless another program reads it: then later. */
  private void remove(long step) throws IOException {
    Optional<ProgramLock> held = ProgramLock.tryHold(folder(step).resolve(IN_USE));
    if (held.isPresent()) {
      try (ProgramLock mine = held.get()) {
        AtomicFolder.remove(folder(step));
      }
    }
  }

  /**
   * Removes what an interrupted write left behind, and renames checkpoints that training cannot
   * resume from, so that they no longer count.
   *
   * @param newest the step that training resumes from
   */
  public void clean(long newest) {
    try {
      AtomicFolder.clean(folder);
      for (long step : steps()) {
        if (step > newest) {
          Path aside = folder.resolve("damaged-" + step);
          AtomicFolder.delete(aside);
          Files.move(folder(step), aside);
          LOG.warn("{} is kept as {}", folder(step), aside);
        }
      }
    } catch (IOException e) {
      throw new CheckpointException(folder + " cannot be cleaned: " + IoReason.of(e), e);
    }
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }

  /** Something whose variables a checkpoint holds. */
  public interface Checkpointed {

    /** Everything the checkpoint holds. */
    List<Variable<?>> variables();

    /** Writes all variables to files whose names start with {@code prefix}. */
    void save(Path prefix);

    /** Sets all variables from files whose names start with {@code prefix}. */
    void restore(Path prefix);
  }

  /** A checkpoint is not what was written. */
  static final class DamagedException extends CheckpointException {
    private static final long serialVersionUID = 1;

    private final String what;

    /**
     * @param what is damaged, and how
     * @param wayOn what the user can do
     */
    DamagedException(String what, String wayOn, Throwable cause) {
      super(what + "; " + wayOn, cause);
      this.what = what;
    }

    /** Without the way on. */
    String what() {
      return what;
    }
  }
}
