package io.mulan.interop;

import java.io.IOException;
import java.io.InputStream;
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
}
