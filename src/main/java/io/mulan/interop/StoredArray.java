package io.mulan.interop;

import io.mulan.tf.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * An array in a file, whose elements are read when they are asked for.
 *
 * @param place where it is, for messages
 * @param type of its elements, as NumPy names it: {@code float32}
 * @param shape empty for a scalar
 */
record StoredArray(String place, String type, long[] shape, Source source) {
  /** Bytes of an element, by NumPy's name of its type. */
  static final Map<String, Integer> ELEMENT_BYTES =
      Map.ofEntries(
          Map.entry("bool", 1),
          Map.entry("int8", 1),
          Map.entry("uint8", 1),
          Map.entry("int16", 2),
          Map.entry("uint16", 2),
          Map.entry("float16", 2),
          Map.entry("bfloat16", 2),
          Map.entry("int32", 4),
          Map.entry("uint32", 4),
          Map.entry("float32", 4),
          Map.entry("int64", 8),
          Map.entry("uint64", 8),
          Map.entry("float64", 8));

  /** Opens the elements: row by row, little-endian. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /** The same at another place. */
  StoredArray at(String other) {
    return new StoredArray(other, type, shape, source);
  }

  /** Bytes of all elements. */
  long bytes() {
    return Arrays.stream(shape).reduce(ELEMENT_BYTES.get(type), (a, b) -> a * b);
  }

  /** Type and shape, for messages. */
  String form() {
    return type + Arrays.toString(shape);
  }

  /** A whole number of 64 bits. */
  static StoredArray of(String place, long value) {
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return new StoredArray(place, "int64", new long[0], () -> new ByteArrayInputStream(bytes));
  }

  /**
   * The value of this array, a whole number.
   *
   * @throws CheckpointException if it is not one
   */
  long whole(Path file) throws IOException {
    if (shape.length == 0) {
      try (InputStream in = source.open()) {
        switch (type) {
          case "int32" -> {
            return buffer(in, Integer.BYTES).getInt();
          }
          case "uint32" -> {
            return Integer.toUnsignedLong(buffer(in, Integer.BYTES).getInt());
          }
          case "int64" -> {
            return buffer(in, Long.BYTES).getLong();
          }
          default -> {}
        }
      }
    }
    throw new CheckpointException(
        file + ": " + place + " is " + form() + "; it must be a whole number");
  }

  private static ByteBuffer buffer(InputStream in, int bytes) throws IOException {
    return ByteBuffer.wrap(in.readNBytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
