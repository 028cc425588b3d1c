package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class HistogramTest {

  @Test
  void everyNumberOfEveryTensorIsInItsInterval() {
    // 0, 1, ..., 29999 in two tensors, larger than what is copied at once
    try (TFloat32 low = numbers(0, 20_000);
        TFloat32 high = numbers(20_000, 10_000)) {
      Histogram histogram = Histogram.of(List.of(high, low));
      assertEquals(0, histogram.least());
      assertEquals(29_999, histogram.greatest());
      assertEquals(30_000, histogram.count());
      LongStream.of(histogram.counts()).forEach(count -> assertEquals(1000, count));
    }
  }

  @Test
  void whatIsNotFiniteIsLeftOut() {
    try (TFloat32 some = TFloat32.vectorOf(Float.NaN, 1, Float.POSITIVE_INFINITY, 2);
        TFloat32 none = TFloat32.vectorOf(Float.NaN)) {
      Histogram histogram = Histogram.of(List.of(some));
      assertEquals(1, histogram.least());
      assertEquals(2, histogram.greatest());
      assertEquals(2, histogram.count());
      assertEquals(0, Histogram.of(List.of(none)).count());
      assertEquals(0, Histogram.of(List.of(none)).edge(Histogram.BINS));
    }
  }

  @Test
  void equalNumbersAreCountedToo() {
    try (TFloat32 same = TFloat32.vectorOf(-3, -3, -3)) {
      Histogram histogram = Histogram.of(List.of(same));
      assertEquals(3, histogram.count());
      assertEquals(-3, histogram.edge(0));
      assertEquals(-3, histogram.edge(Histogram.BINS));
    }
  }

  private static TFloat32 numbers(int first, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = first + i;
    }
    return Tensors.of(Shape.of(count), values);
  }
}
