package io.mulan.numpy;

import io.mulan.files.ConfigException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * An immutable NumPy array: element type, shape (empty for a scalar) and elements in C order.
 *
 * <p>The {@code to…} methods copy and widen as Java's assignments do; a copy that could lose more
 * than a rounding (floats to integers, doubles to floats) is refused with {@link ConfigException}.
 */
public final class NpyArray {
  private final String name;
  private final NpyType type;
  private final int[] shape;
  private final byte[] data;
  private final ByteOrder order;

  /** Takes ownership of {@code data}, whose length is the shape's count times the type's bytes. */
  public NpyArray(String name, NpyType type, int[] shape, byte[] data, ByteOrder order) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.data = data;
    this.order = order;
  }

  /** A u1 array; each byte stands for 0..255. */
  public static NpyArray of(byte[] values, int... shape) {
    return allocate(NpyType.U1, values.length, shape, buffer -> buffer.put(values));
  }

  /** An i4 array. */
  public static NpyArray of(int[] values, int... shape) {
    return allocate(NpyType.I4, values.length, shape, buffer -> buffer.asIntBuffer().put(values));
  }

  /** An i8 array. */
  public static NpyArray of(long[] values, int... shape) {
    return allocate(NpyType.I8, values.length, shape, buffer -> buffer.asLongBuffer().put(values));
  }

  /** An f4 array. */
  public static NpyArray of(float[] values, int... shape) {
    return allocate(NpyType.F4, values.length, shape, buffer -> buffer.asFloatBuffer().put(values));
  }

  /** An f8 array. */
  public static NpyArray of(double[] values, int... shape) {
    return allocate(
        NpyType.F8, values.length, shape, buffer -> buffer.asDoubleBuffer().put(values));
  }

  private static NpyArray allocate(
      NpyType type, int count, int[] shape, Consumer<ByteBuffer> filler) {
    if (Arrays.stream(shape).anyMatch(size -> size < 0) || product(shape) != count) {
      throw new IllegalArgumentException(count + " values in shape " + Arrays.toString(shape));
    }
    byte[] data = new byte[Math.multiplyExact(count, type.bytes())];
    filler.accept(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN));
    return new NpyArray("array", type, shape.clone(), data, ByteOrder.LITTLE_ENDIAN);
  }

  private static long product(int[] shape) {
    return Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
  }

  /** Where the array came from, for messages: a file, or archive and entry. */
  public String name() {
    return name;
  }

  /** The element type. */
  public NpyType type() {
    return type;
  }

  /** The sizes of the dimensions; a copy. */
  public int[] shape() {
    return shape.clone();
  }

  /** The number of elements. */
  public int count() {
    return data.length / type.bytes();
  }

  /** What a file says of it before its elements. */
  NpyHeader header() {
    return new NpyHeader(name, type, order, false, shape);
  }

  public byte[] data() {
    return data;
  }

  private ByteBuffer buffer() {
    return ByteBuffer.wrap(data).order(order);
  }

  /** The elements of a b1, u1 or i1 array as they are; u1 beyond 127 come out negative. */
  public byte[] toBytes() {
    if (type.bytes() != 1) {
      throw refusal("bytes");
    }
    return data.clone();
  }

  /** The elements of any integer array but u4, u8 and i8. */
  public int[] toInts() {
    if (type.isFloating() || type == NpyType.U4 || type.bytes() == Long.BYTES) {
      throw refusal("ints");
    }
    ByteBuffer buffer = buffer();
    int[] values = new int[count()];
    Arrays.setAll(values, i -> (int) type.longAt(buffer, i));
    return values;
  }

  /** The elements of any integer array. */
  public long[] toLongs() {
    if (type.isFloating()) {
      throw refusal("longs");
    }
    ByteBuffer buffer = buffer();
    long[] values = new long[count()];
    Arrays.setAll(values, i -> type.longAt(buffer, i));
    return values;
  }

  /** The elements of any array but f8; u4, i4 and i8 are rounded to the nearest float. */
  public float[] toFloats() {
    if (type == NpyType.F8) {
      throw refusal("floats");
    }
    ByteBuffer buffer = buffer();
    float[] values = new float[count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) type.doubleAt(buffer, i);
    }
    return values;
  }

  /** The elements of any array; i8 are rounded to the nearest double. */
  public double[] toDoubles() {
    ByteBuffer buffer = buffer();
    double[] values = new double[count()];
    Arrays.setAll(values, i -> type.doubleAt(buffer, i));
    return values;
  }

  private ConfigException refusal(String wanted) {
    return new ConfigException(
        "%s holds %s, which cannot be read as %s without loss; convert it with astype in NumPy"
            .formatted(name, type.code(), wanted));
  }
}
