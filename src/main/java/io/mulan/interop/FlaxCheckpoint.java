package io.mulan.interop;

import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.tf.CheckpointException;
import io.mulan.training.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkpoints of the published code: its {@code TrainState}, written by {@code flax.serialization}.
 *
 * <p>A weight has one name here and there. Next to {@code params} there are {@code ema_params}, the
 * step, and the state of Optax' AdamW: {@code mu}, {@code nu} and {@code count}, once in VDM, and
 * in MuLAN once for the score network and once for the rest.
 */
public final class FlaxCheckpoint {
  private static final String STEP = "step";
  private static final String WEIGHTS = "params/";
  private static final String AVERAGES = "ema_params/";

  /** Where Adam's state is depends on what Optax has wrapped around it. */
  private static final Pattern ADAM =
      Pattern.compile("opt_state(?:/\\d+|/inner_state)*/(?:(count)|(mu|nu)/(.+))");

  private FlaxCheckpoint() {}

  /**
   * Sets every variable of a state to what a checkpoint holds. Where all of it is there once for
   * each device, the copies must be equal.
   *
   * @throws ConfigException if there is no such file
   * @throws CheckpointException if it is damaged, or its arrays are not those of the state
   */
  public static void read(Path file, RunState state) {
    if (Files.isDirectory(file) || !Files.exists(file)) {
      throw new ConfigException(
          file
              + (Files.exists(file) ? " is a folder" : " is not there")
              + "; name a checkpoint's file, such as checkpoints/ckpt-100.flax");
    }
    arrays(file).fill(state);
  }

  /**
   * Writes a state as the published code restores it.
   *
   * @throws ConfigException if the file is there, or cannot be written
   */
  public static void write(Path file, RunState state, FlaxLayout layout) {
    NewFile.write(file, out -> new FlaxWriter(out, state, layout).write());
  }

  private static StateArrays arrays(Path file) {
    SortedMap<String, StoredArray> known = new TreeMap<>();
    List<String> others = new ArrayList<>();
    List<StoredArray> counts = new ArrayList<>();
    SortedMap<String, StoredArray> stored = MsgpackTree.read(file);
    StoredArray step = stored.get(STEP);
    long copies = step != null && step.shape().length == 1 ? step.shape()[0] : 0;
    stored.forEach(
        (path, array) -> {
          StoredArray single = copies > 0 ? Replicas.first(file, array, copies) : array;
          Matcher adam = ADAM.matcher(path);
          String name = adam.matches() ? moment(adam) : name(path);
          if (adam.matches() && adam.group(1) != null) {
            counts.add(single);
          } else if (name.isEmpty() || known.putIfAbsent(name, single) != null) {
            others.add(path);
          }
        });
    StoredArray first = known.get(RunState.STEP);
    if (first != null) {
      known.put(RunState.STEP, step(file, first, counts));
    }
    return new StateArrays(file, known, others, FlaxCheckpoint::path);
  }

  private static String moment(Matcher adam) {
    return ("mu".equals(adam.group(2)) ? RunState.FIRST_MOMENT : RunState.SECOND_MOMENT)
        + adam.group(3);
  }

  /** The variable that an array outside of the optimiser is for; empty for none. */
  private static String name(String path) {
    if (path.equals(STEP)) {
      return RunState.STEP;
    }
    if (path.startsWith(WEIGHTS)) {
      return path.substring(WEIGHTS.length());
    }
    return path.startsWith(AVERAGES) ? RunState.AVERAGE + path.substring(AVERAGES.length()) : "";
  }

  /** Where a variable is in a checkpoint. */
  private static String path(String variable) {
    if (variable.equals(RunState.STEP)) {
      return STEP;
    }
    if (variable.startsWith(RunState.AVERAGE)) {
      return AVERAGES + variable.substring(RunState.AVERAGE.length());
    }
    if (variable.startsWith(RunState.FIRST_MOMENT)) {
      return "opt_state/*/mu/" + variable.substring(RunState.FIRST_MOMENT.length());
    }
    if (variable.startsWith(RunState.SECOND_MOMENT)) {
      return "opt_state/*/nu/" + variable.substring(RunState.SECOND_MOMENT.length());
    }
    return WEIGHTS + variable;
  }

  /** The step as the one counter that a run has here. */
  private static StoredArray step(Path file, StoredArray step, List<StoredArray> counts) {
    try {
      long value = step.whole(file);
      if (value < 0) {
        throw new CheckpointException(file + ": step is " + value + "; it must be 0 or more");
      }
      if (counts.isEmpty()) {
        throw new CheckpointException(
            file
                + " has no count of Adam's updates (opt_state/*/count); it is not a checkpoint of"
                + " a training with AdamW");
      }
      for (StoredArray count : counts) {
        if (count.whole(file) != value) {
          throw new CheckpointException(
              "%s: %s is %d and step is %d; a run here has one counter for both"
                  .formatted(file, count.place(), count.whole(file), value));
        }
      }
      return StoredArray.of(STEP, value);
    } catch (IOException e) {
      throw new CheckpointException(file + " cannot be read: " + IoReason.of(e), e);
    }
  }

  /** Arrays with a leading axis that holds a copy for each device ({@code jax_utils.replicate}). */
  static final class Replicas {
    private static final int CHUNK = 1 << 16;

    private Replicas() {}

    /**
     * The first copy; the others are compared with it when it is opened.
     *
     * @throws CheckpointException if there is no such axis, then or now
     */
    static StoredArray first(Path file, StoredArray array, long copies) {
      long[] shape = array.shape();
      if (shape.length == 0 || shape[0] != copies) {
        throw new CheckpointException(
            "%s: %s is %s, without the leading axis of %d copies that step has"
                .formatted(file, array.place(), array.form(), copies));
      }
      long[] rest = Arrays.copyOfRange(shape, 1, shape.length);
      return new StoredArray(
          array.place(),
          array.type(),
          rest,
          () -> {
            compare(file, array, copies);
            return array.source().open();
          });
    }

    private static void compare(Path file, StoredArray array, long copies) throws IOException {
      long length = array.bytes() / copies;
      try (InputStream others = array.source().open()) {
        others.skipNBytes(length);
        for (long copy = 1; copy < copies; copy++) {
          try (InputStream first = array.source().open()) {
            if (!equal(first, others, length)) {
              throw new CheckpointException(
                  "%s: copy %d of %s differs from the first; the copies of one state are equal"
                      .formatted(file, copy + 1, array.place()));
            }
          }
        }
      }
    }

    private static boolean equal(InputStream one, InputStream other, long length)
        throws IOException {
      for (long left = length; left > 0; ) {
        int count = (int) Math.min(left, CHUNK);
        if (!Arrays.equals(one.readNBytes(count), other.readNBytes(count))) {
          return false;
        }
        left -= count;
      }
      return true;
    }
  }
}
