package io.mulan.study;

import java.util.Arrays;
import org.hipparchus.stat.projection.PCA;

/**
 * Points seen from where they spread most: their two principal components.
 *
 * @param points [count][2]
 * @param shares of the whole variance that each of the two has
 */
record Projection(double[][] points, double[] shares) {

  /**
   * Of points of at least two dimensions.
   *
   * @param points [count][dimensions], at least 2
   */
  static Projection of(double[][] points) {
    PCA pca = new PCA(2);
    double[][] projected = pca.fitAndTransform(points);
    double whole = variance(points);
    double[] shares =
        Arrays.stream(pca.getVariance()).limit(2).map(v -> whole > 0 ? v / whole : 0).toArray();
    return new Projection(projected, shares);
  }

  /** The sum of the variances of all dimensions. */
  private static double variance(double[][] points) {
    double sum = 0;
    for (int k = 0; k < points[0].length; k++) {
      int column = k;
      double mean = Arrays.stream(points).mapToDouble(p -> p[column]).average().orElseThrow();
      sum += Arrays.stream(points).mapToDouble(p -> (p[column] - mean) * (p[column] - mean)).sum();
    }
    return sum / (points.length - 1);
  }
}
