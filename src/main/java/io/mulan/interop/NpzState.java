package io.mulan.interop;

import io.mulan.files.ConfigException;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyHeader;
import io.mulan.numpy.NpyType;
import io.mulan.numpy.Npz;
import io.mulan.tf.CheckpointException;
import io.mulan.training.RunState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.tensorflow.ndarray.Shape;

/**
 * The state of a run as a NumPy archive whose arrays are named as the variables of a checkpoint
 * here: {@code step}, {@code score_model/conv_in/kernel}, {@code ema/...}, {@code optimizer/m/...},
 * {@code optimizer/v/...}. One that holds weights alone stands for a run about to begin with them.
 */
public final class NpzState {
  private NpzState() {}

  /**
   * Sets every variable of a state to what an archive holds.
   *
   * @throws ConfigException if there is no such file
   * @throws CheckpointException if it is damaged, or its arrays are not those of the state
   */
  public static void read(Path file, RunState state) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(file + " is not a file; name a NumPy archive (.npz)");
    }
    try (Npz npz = Npz.open(file)) {
      SortedMap<String, StoredArray> known = new TreeMap<>();
      npz.names().forEach(name -> known.put(name, array(npz, name)));
      if (state.weights().keySet().containsAll(known.keySet())) {
        begin(known);
      }
      new StateArrays(file, known, List.of(), name -> name).fill(state);
    } catch (ConfigException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  private static StoredArray array(Npz npz, String name) {
    NpyHeader header = npz.header(name);
    long[] shape = IntStream.of(header.shape()).asLongStream().toArray();
    if (name.equals(RunState.STEP) && shape.length < 2 && whole(header.type())) {
      long[] step = npz.array(name).toLongs();
      if (step.length == 1) {
        return StoredArray.of(name, step[0]);
      }
    }
    return new StoredArray(
        name, type(header.type()), shape, () -> new ByteArrayInputStream(bytes(npz.array(name))));
  }

  private static boolean whole(NpyType type) {
    return type == NpyType.I4 || type == NpyType.I8;
  }

  /** As NumPy names it. */
  private static String type(NpyType type) {
    return switch (type) {
      case BOOL -> "bool";
      case U1 -> "uint8";
      case I1 -> "int8";
      case U2 -> "uint16";
      case I2 -> "int16";
      case U4 -> "uint32";
      case I4 -> "int32";
      case U8 -> "uint64";
      case I8 -> "int64";
      case F2 -> "float16";
      case F4 -> "float32";
      case F8 -> "float64";
    };
  }

  private static byte[] bytes(NpyArray array) {
    float[] values = array.toFloats();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** A run that begins: averages are the weights, moments zero. */
  private static void begin(SortedMap<String, StoredArray> weights) {
    List.copyOf(weights.entrySet())
        .forEach(
            entry -> {
              String name = entry.getKey();
              StoredArray array = entry.getValue();
              weights.put(RunState.AVERAGE + name, array);
              StoredArray zeros =
                  new StoredArray(
                      array.place(),
                      array.type(),
                      array.shape(),
                      () -> new ByteArrayInputStream(new byte[Math.toIntExact(array.bytes())]));
              weights.put(RunState.FIRST_MOMENT + name, zeros);
              weights.put(RunState.SECOND_MOMENT + name, zeros);
            });
    weights.put(RunState.STEP, StoredArray.of(RunState.STEP, 0));
  }

  /**
   * Writes a state.
   *
   * @throws ConfigException if the file is there, or cannot be written
   */
  public static void write(Path file, RunState state) {
    SortedMap<String, Shape> shapes = new TreeMap<>();
    state.variables().forEach(v -> shapes.put(v.name(), v.shape()));
    NewFile.write(
        file, out -> Npz.write(out, shapes.keySet(), name -> array(state, name, shapes.get(name))));
  }

  private static NpyArray array(RunState state, String name, Shape shape) {
    if (name.equals(RunState.STEP)) {
      return NpyArray.of(new long[] {state.steps()}, new int[0]);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      state.write(name, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    FloatBuffer floats =
        ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return NpyArray.of(values, Arrays.stream(shape.asArray()).mapToInt(Math::toIntExact).toArray());
  }
}
