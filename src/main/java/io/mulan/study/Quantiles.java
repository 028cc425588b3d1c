package io.mulan.study;

import java.util.Arrays;
import java.util.stream.IntStream;

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
    double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
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
