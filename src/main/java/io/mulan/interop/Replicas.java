package io.mulan.interop;

import io.mulan.tf.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;

/** Arrays with a leading axis that holds a copy for each device ({@code jax_utils.replicate}). */
final class Replicas {
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

  private static boolean equal(InputStream one, InputStream other, long length) throws IOException {
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
