package io.mulan.tf;

import java.util.Collection;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/**
 * How many of some numbers lie in each of {@value #BINS} intervals of one width, from the least to
 * the greatest of them. Those that are not finite are left out.
 */
public record Histogram(double least, double greatest, long[] counts) {
  /** As many as TensorBoard's own. */
  public static final int BINS = 30;

  /** Numbers copied at once from a tensor. */
  private static final int CHUNK = 1 << 14;

  /** Of all the numbers of these tensors. */
  public static Histogram of(Collection<TFloat32> tensors) {
    float[] range = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    each(
        tensors,
        value -> {
          range[0] = Math.min(range[0], value);
          range[1] = Math.max(range[1], value);
        });
    if (range[0] > range[1]) {
      return new Histogram(0, 0, new long[BINS]); // there are none
    }
    double least = range[0];
    double scale = BINS / Math.max(range[1] - least, Double.MIN_NORMAL);
    long[] counts = new long[BINS];
    // The greatest is in the last interval, and all are in the first where all are equal.
    each(tensors, value -> counts[(int) Math.min(BINS - 1, (value - least) * scale)]++);
    return new Histogram(least, range[1], counts);
  }

  /** Takes a number. */
  @FunctionalInterface
  private interface Taker {
    void take(float value);
  }

  private static void each(Collection<TFloat32> tensors, Taker taker) {
    float[] chunk = new float[CHUNK];
    for (TFloat32 tensor : tensors) {
      FloatDataBuffer data = tensor.asRawTensor().data().asFloats();
      for (long done = 0; done < data.size(); done += CHUNK) {
        int count = (int) Math.min(CHUNK, data.size() - done);
        data.offset(done).read(chunk, 0, count);
        for (int i = 0; i < count; i++) {
          if (Float.isFinite(chunk[i])) {
            taker.take(chunk[i]);
          }
        }
      }
    }
  }

  /** How many numbers are counted. */
  public long count() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /** Where the interval {@code bin} begins, and the one before it ends. */
  double edge(int bin) {
    return bin == BINS ? greatest : least + (greatest - least) * bin / BINS;
  }
}
