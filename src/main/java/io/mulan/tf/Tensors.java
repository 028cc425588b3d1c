package io.mulan.tf;

import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;

/** Between tensors and arrays. */
public final class Tensors {
  private Tensors() {}

  /** All values, row by row. */
  public static double[] doubles(TFloat64 tensor) {
    double[] values = new double[(int) tensor.size()];
    tensor.asRawTensor().data().asDoubles().read(values);
    return values;
  }

  /** All values, row by row. */
  public static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  /** A tensor of these values; whoever asks closes it. */
  public static TFloat32 of(Shape shape, float... values) {
    TFloat32 tensor = TFloat32.tensorOf(shape);
    tensor.asRawTensor().data().asFloats().write(values);
    return tensor;
  }

  /** A tensor of these values; whoever asks closes it. */
  public static TFloat64 of(Shape shape, double... values) {
    TFloat64 tensor = TFloat64.tensorOf(shape);
    tensor.asRawTensor().data().asDoubles().write(values);
    return tensor;
  }

  /** A tensor of these values; whoever asks closes it. */
  public static TUint8 of(Shape shape, byte... values) {
    TUint8 tensor = TUint8.tensorOf(shape);
    tensor.asRawTensor().data().write(values);
    return tensor;
  }

  /** A tensor that outlives the result it is from. */
  public static TFloat32 copy(TFloat32 tensor) {
    return of(tensor.shape(), floats(tensor));
  }
}
