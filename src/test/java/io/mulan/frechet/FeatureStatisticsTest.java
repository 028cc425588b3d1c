package io.mulan.frechet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Distances whose value is known. */
final class FeatureStatisticsTest {

  /** Of independent features: |μ_1 - μ_2|² + Σ (s_1 - s_2)². */
  @Test
  void theDistanceOfTwoNormalLawsIsTheClosedForm() {
    FeatureStatistics a = diagonal(new double[] {0, 1, -2}, 1, 4, 9);
    FeatureStatistics b = diagonal(new double[] {0.5, 1, 2}, 2.25, 4, 0);
    assertEquals(0.25 + 16 + 0.25 + 0 + 9, a.distance(b), 1e-12);
    assertEquals(a.distance(b), b.distance(a), 1e-12);
  }

  /**
   * Of two features that depend on each other: the root of a product of 2x2 matrices has the trace
   * √(tr P + 2 √det P).
   */
  @Test
  void covariancesNeedNotCommute() {
    FeatureStatistics a = new FeatureStatistics(new double[2], new double[] {2, 1, 1, 3});
    FeatureStatistics b = new FeatureStatistics(new double[2], new double[] {4, -1, -1, 1});
    double trace = 2 * 4 - 2 * 1 + 3 * 1; // of the product
    double determinant = 5 * 3;
    double overlap = Math.sqrt(trace + 2 * Math.sqrt(determinant));
    assertEquals(2 + 3 + 4 + 1 - 2 * overlap, a.distance(b), 1e-12);
  }

  private static FeatureStatistics diagonal(double[] mean, double... variances) {
    int d = variances.length;
    double[] covariance = new double[d * d];
    for (int i = 0; i < d; i++) {
      covariance[i * d + i] = variances[i];
    }
    return new FeatureStatistics(mean, covariance);
  }

  @Test
  void sumsOverBatchesAreThoseOfAllImages() {
    float[] values = new float[7 * 3];
    Random random = new Random(5);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    FeatureStatistics whole = sums(values, 7);
    FeatureStatistics parts = sums(values, 2);
    assertArrayEquals(whole.mean(), parts.mean(), 1e-12);
    assertArrayEquals(whole.covariance(), parts.covariance(), 1e-12);
    double mean =
        (values[0] + values[3] + values[6] + values[9] + values[12] + values[15] + values[18])
            / 7.0;
    double variance = 0;
    for (int i = 0; i < values.length; i += 3) {
      variance += (values[i] - mean) * (values[i] - mean) / 6;
    }
    assertEquals(mean, whole.mean()[0], 1e-7);
    assertEquals(variance, whole.covariance()[0], 1e-6);
    assertEquals(0, whole.distance(parts), 1e-7);
  }

  private static FeatureStatistics sums(float[] values, int rows) {
    try (FeatureStatistics.Sums sums = new FeatureStatistics.Sums(3)) {
      for (int i = 0; i < values.length; i += rows * 3) {
        sums.add(Arrays.copyOfRange(values, i, Math.min(values.length, i + rows * 3)));
      }
      return sums.statistics();
    }
  }
}
