package io.mulan.interop;

import io.mulan.tf.CheckpointException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Whole numbers that are stored as arrays without dimensions. */
final class Scalars {
  private Scalars() {}

  /** One of 64 bits. */
  static StoredArray of(String place, long value) {
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return new StoredArray(place, "int64", new long[0], () -> new ByteArrayInputStream(bytes));
  }

  /**
   * The value of a whole number.
   *
   * @throws CheckpointException if it is not one
   */
  static long whole(Path file, StoredArray array) throws IOException {
    if (array.shape().length == 0) {
      try (InputStream in = array.source().open()) {
        switch (array.type()) {
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
        file + ": " + array.place() + " is " + array.form() + "; it must be a whole number");
  }

  private static ByteBuffer buffer(InputStream in, int bytes) throws IOException {
    return ByteBuffer.wrap(in.readNBytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
