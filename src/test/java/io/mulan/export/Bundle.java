package io.mulan.export;

import io.mulan.tf.GraphSession;
import io.mulan.tf.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** A SavedModel as a server has it, called by the names of its signatures. */
final class Bundle implements AutoCloseable {
  /** The model that comes with the project. */
  static final Path DIGITS = Path.of("savedmodels", "digits", "1");

  private final SavedModelBundle bundle;

  Bundle(Path folder) {
    bundle = GraphSession.load(folder);
  }

  /** Values of the outputs by name, row by row. */
  record Answer(Map<String, double[]> values, Map<String, Shape> shapes) {
    double[] of(String name) {
      return values.get(name);
    }
  }

  /** Images, levels row by row. */
  static Tensor images(byte[] levels, long... shape) {
    return Tensors.of(Shape.of(shape), levels);
  }

  static Tensor floats(float[] values, long... shape) {
    return Tensors.of(Shape.of(shape), values);
  }

  /**
   * Calls a signature; closes what it is given.
   *
   * @param inputs names and values: tensors, whole numbers (int32) and long ones (int64)
   */
  Answer call(String signature, Object... inputs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try {
      for (int i = 0; i < inputs.length; i += 2) {
        tensors.put((String) inputs[i], tensor(inputs[i + 1]));
      }
      try (Result result = bundle.function(signature).call(tensors)) {
        Map<String, double[]> values = new LinkedHashMap<>();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> output : result) {
          values.put(output.getKey(), values(output.getValue()));
          shapes.put(output.getKey(), output.getValue().shape());
        }
        return new Answer(values, shapes);
      }
    } finally {
      tensors.values().forEach(Tensor::close);
    }
  }

  private static Tensor tensor(Object value) {
    if (value instanceof Integer i) {
      return TInt32.scalarOf(i);
    }
    if (value instanceof Boolean b) {
      return TBool.scalarOf(b);
    }
    return value instanceof Long l ? TInt64.scalarOf(l) : (Tensor) value;
  }

  private static double[] values(Tensor tensor) {
    double[] values = new double[(int) tensor.size()];
    if (tensor instanceof TUint8 levels) {
      byte[] bytes = new byte[values.length];
      levels.asRawTensor().data().read(bytes);
      for (int i = 0; i < bytes.length; i++) {
        values[i] = bytes[i] & 0xff;
      }
      return values;
    }
    float[] floats = Tensors.floats((TFloat32) tensor);
    for (int i = 0; i < floats.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  @Override
  public void close() {
    bundle.close();
  }
}
