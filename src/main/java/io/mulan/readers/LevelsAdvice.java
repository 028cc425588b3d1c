package io.mulan.readers;

import io.mulan.numpy.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/** How values of another type become levels without loss of what is in them. */
public final class LevelsAdvice {
  private static final int PIECES = 64;
  private static final int PIECE_VALUES = 4096;

  private LevelsAdvice() {}

  /** Some of the values of an array in a file, from pieces that are spread over it. */
  static double[] values(NumpyImages.Stored stored) {
    int bytes = stored.head().type().bytes();
    long count = stored.bytes() / bytes;
    double[] values = new double[(int) Math.min(count, PIECES * PIECE_VALUES)];
    ByteBuffer piece = ByteBuffer.allocate(PIECE_VALUES * bytes).order(stored.head().order());
    try (FileChannel channel = FileChannel.open(stored.file(), StandardOpenOption.READ)) {
      for (int done = 0; done < values.length; ) {
        int some = Math.min(PIECE_VALUES, values.length - done);
        long first =
            values.length == count ? done : (count - some) / PIECES * (done / PIECE_VALUES);
        piece.clear().limit(some * bytes);
        long at = stored.start() + first * bytes;
        while (piece.hasRemaining() && channel.read(piece, at + piece.position()) >= 0) {
          // until the piece is full
        }
        for (int i = 0; i < some; i++, done++) {
          values[done] = stored.head().type().doubleAt(piece, i);
        }
      }
      return values;
    } catch (IOException e) {
      throw Npy.failure(stored.head().name(), e);
    }
  }

  /**
   * What to do with values in NumPy, where {@code x} is the array.
   *
   * @param levels that there are to be
   */
  public static String of(double[] values, int levels) {
    double lowest = Arrays.stream(values).min().orElse(0);
    double highest = Arrays.stream(values).max().orElse(0);
    int top = levels - 1;
    if (!Double.isFinite(lowest) || !Double.isFinite(highest)) {
      return "some are not finite numbers, so they are not levels";
    }
    boolean whole = Arrays.stream(values).allMatch(v -> v == Math.rint(v));
    String seen = whole ? " (seen: %.0f to %.0f)" : " (seen: %.4g to %.4g)";
    return change(lowest, highest, whole, top) + String.format(Locale.ROOT, seen, lowest, highest);
  }

  private static String change(double lowest, double highest, boolean whole, int top) {
    if (lowest >= 0 && highest <= 1 && highest > 0 && (!whole || top > 1)) {
      return "save (x * %d).round().astype(\"uint8\") in NumPy".formatted(top);
    }
    if (whole && lowest >= 0 && highest <= top) {
      return "save x.astype(\"uint8\") in NumPy";
    }
    if (!whole && lowest >= 0 && highest <= top) {
      return "save x.round().astype(\"uint8\") in NumPy";
    }
    if (lowest >= -1 && lowest < 0 && highest <= 1) {
      return "save ((x + 1) * %s).round().astype(\"uint8\") in NumPy".formatted(half(top));
    }
    if (whole && lowest >= -128 && lowest < 0 && highest <= 127 && top == 255) {
      return "save (x.astype(\"int16\") + 128).astype(\"uint8\") in NumPy";
    }
    if (whole && lowest >= 0) {
      long most = highest < 1024 ? 1023 : highest < 4096 ? 4095 : highest < 65536 ? 65535 : 0;
      return most == 0
          ? "they are beyond 16 bits: scale them to 0 to %d".formatted(top)
          : "save (x * (%d / %d)).round().astype(\"uint8\") in NumPy, if they are of %d to %d"
              .formatted(top, most, 0, most);
    }
    return "undo their standardization, so that they are 0 to %d, then round() and astype(\"uint8\")"
        .formatted(top);
  }

  private static String half(int top) {
    return top % 2 == 0 ? String.valueOf(top / 2) : top / 2 + ".5";
  }
}
