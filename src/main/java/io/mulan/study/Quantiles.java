package io.mulan.study;

import static org.hipparchus.stat.descriptive.rank.Percentile.EstimationType.R_7;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.rank.Percentile;

/** Curves of which a share of some values lies below, from rows of values. */
final class Quantiles {
  private Quantiles() {}

  /**
   * One for each row.
   *
   * @param rows [rows][values]
   * @param share from 0 to 1
   */
  static double[] of(double[][] rows, double share) {
    return Arrays.stream(rows).mapToDouble(row -> of(row, share)).toArray();
  }

  private static double of(double[] values, double share) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    return new Percentile().withEstimationType(R_7).evaluate(finite, 100 * share);
  }

  /** The mean of each row. */
  static double[] means(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(r -> Arrays.stream(r).average().orElseThrow()).toArray();
  }

  /** Rows less their means. */
  static double[][] centred(double[][] rows) {
    double[] means = means(rows);
    return IntStream.range(0, rows.length)
        .mapToObj(k -> Arrays.stream(rows[k]).map(v -> v - means[k]).toArray())
        .toArray(double[][]::new);
  }

  /** A column. */
  static double[] column(double[][] rows, int index) {
    return Arrays.stream(rows).mapToDouble(row -> row[index]).toArray();
  }
}
