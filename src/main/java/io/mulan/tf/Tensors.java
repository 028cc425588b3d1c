package io.mulan.tf;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;

/** Between tensors and arrays. */
public final class Tensors {
  /** Bytes copied at once between a tensor and a stream. */
  private static final int CHUNK = 1 << 16;

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

  /** A tensor of these values; the caller closes it. */
  public static TFloat32 of(Shape shape, float... values) {
    TFloat32 tensor = TFloat32.tensorOf(shape);
    tensor.asRawTensor().data().asFloats().write(values);
    return tensor;
  }

  /** A tensor of these values; the caller closes it. */
  public static TFloat64 of(Shape shape, double... values) {
    TFloat64 tensor = TFloat64.tensorOf(shape);
    tensor.asRawTensor().data().asDoubles().write(values);
    return tensor;
  }

  /** A tensor of these values; the caller closes it. */
  public static TUint8 of(Shape shape, byte... values) {
    TUint8 tensor = TUint8.tensorOf(shape);
    tensor.asRawTensor().data().write(values);
    return tensor;
  }

  /** One matrix next to another: [B,m] and [B,k] to [B,m+k]; the caller closes it. */
  public static TFloat32 concat(TFloat32 left, float... right) {
    float[] values = floats(left);
    int rows = (int) left.shape().get(0);
    int m = values.length / rows;
    int k = right.length / rows;
    float[] both = new float[rows * (m + k)];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * m, both, i * (m + k), m);
      System.arraycopy(right, i * k, both, i * (m + k) + m, k);
    }
    return of(Shape.of(rows, m + k), both);
  }

  /** A tensor that outlives the result it is from. */
  public static TFloat32 copy(TFloat32 tensor) {
    return of(tensor.shape(), floats(tensor));
  }

  /**
   * Fills a tensor with elements in the machine's byte order, row by row.
   *
   * @throws EOFException if there are too few
   */
  public static void read(InputStream from, Tensor tensor) throws IOException {
    ByteDataBuffer data = tensor.asRawTensor().data();
    byte[] chunk = new byte[CHUNK];
    for (long done = 0; done < data.size(); ) {
      int count = from.readNBytes(chunk, 0, (int) Math.min(CHUNK, data.size() - done));
      if (count == 0) {
        throw new EOFException("it ends too soon");
      }
      data.offset(done).write(chunk, 0, count);
      done += count;
    }
  }

  /** Writes the elements of a tensor in the machine's byte order, row by row. */
  public static void write(Tensor tensor, OutputStream to) throws IOException {
    ByteDataBuffer data = tensor.asRawTensor().data();
    byte[] chunk = new byte[CHUNK];
    for (long done = 0; done < data.size(); ) {
      int count = (int) Math.min(CHUNK, data.size() - done);
      data.offset(done).read(chunk, 0, count);
      to.write(chunk, 0, count);
      done += count;
    }
  }
}
