package io.mulan.study;

import java.util.Arrays;

/**
 * Points in the plane that are near each other where points of more dimensions are: t-distributed
 * stochastic neighbour embedding (L. van der Maaten and G. Hinton, 2008), computed over all pairs,
 * for some hundred points. Distances between groups that are far apart mean nothing.
 *
 * @param points in the plane [count][2]
 * @param divergences KL(P ‖ Q) after each step, in nats
 */
record TSne(double[][] points, double[] divergences) {
  private static final double EXAGGERATION = 4;
  private static final double LEARNING_RATE = 50;
  private static final double LEAST_GAIN = 0.01;
  private static final double START = 1e-4;

  /** Halvings of the width of a neighbourhood: enough for full precision. */
  private static final int HALVINGS = 60;

  /**
   * From the two principal components on, so that the same points give the same picture.
   *
   * @param points [count][dimensions], at least 3
   * @param perplexity how many neighbours a point has, about; less than the count
   * @param steps of gradient descent; during the first quarter neighbours attract more strongly
   */
  static TSne of(double[][] points, double perplexity, int steps) {
    int n = points.length;
    double[][] p = neighbours(points, Math.min(perplexity, (n - 1) / 3.0));
    double[][] y = start(points);
    double[][] velocity = new double[n][2];
    double[][] gains = new double[n][2];
    Arrays.stream(gains).forEach(g -> Arrays.fill(g, 1));
    double[] divergences = new double[steps];
    for (int step = 0; step < steps; step++) {
      boolean early = step < steps / 4;
      double[][] gradient = new double[n][2];
      divergences[step] = gradient(p, y, early ? EXAGGERATION : 1, gradient);
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < 2; k++) {
          boolean turned = gradient[i][k] * velocity[i][k] > 0;
          gains[i][k] = Math.max(LEAST_GAIN, turned ? gains[i][k] * 0.8 : gains[i][k] + 0.2);
          velocity[i][k] =
              (early ? 0.5 : 0.8) * velocity[i][k] - LEARNING_RATE * gains[i][k] * gradient[i][k];
          y[i][k] += velocity[i][k];
        }
      }
    }
    return new TSne(y, divergences);
  }

  private static double[][] start(double[][] points) {
    double[][] y = Projection.of(points).points();
    double largest =
        Arrays.stream(y).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
    return Arrays.stream(y)
        .map(row -> Arrays.stream(row).map(v -> v * START / Math.max(largest, 1e-300)).toArray())
        .toArray(double[][]::new);
  }

  /** P: how likely two points are neighbours [count][count]; its sum is one. */
  private static double[][] neighbours(double[][] points, double perplexity) {
    int n = points.length;
    double[][] joint = new double[n][n];
    for (int i = 0; i < n; i++) {
      double[] row = neighboursOf(i, points, Math.log(perplexity));
      for (int j = 0; j < n; j++) {
        joint[i][j] += row[j] / (2 * n);
        joint[j][i] += row[j] / (2 * n);
      }
    }
    return joint;
  }

  /** A normal law around a point, as wide as its entropy asks. */
  private static double[] neighboursOf(int i, double[][] points, double entropy) {
    int n = points.length;
    double[] squares = new double[n];
    for (int j = 0; j < n; j++) {
      squares[j] = square(points[i], points[j]);
    }
    double nearest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      nearest = j == i ? nearest : Math.min(nearest, squares[j]);
    }
    double[] row = new double[n];
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double precision = 1;
    for (int halving = 0; halving < HALVINGS; halving++) {
      if (fill(row, i, squares, nearest, precision) > entropy) {
        low = precision;
        precision = Double.isInfinite(high) ? 2 * precision : (low + high) / 2;
      } else {
        high = precision;
        precision = (low + high) / 2;
      }
    }
    return row;
  }

  /**
   * The law of one precision.
   *
   * @return its entropy, in nats
   */
  private static double fill(
      double[] row, int self, double[] squares, double nearest, double precision) {
    double sum = 0;
    double energy = 0;
    for (int j = 0; j < row.length; j++) {
      // Relative to the nearest, of which at least one is left, however narrow the law.
      double e = precision * (squares[j] - nearest);
      row[j] = j == self ? 0 : Math.exp(-e);
      sum += row[j];
      energy += row[j] > 0 ? row[j] * e : 0;
    }
    for (int j = 0; j < row.length; j++) {
      row[j] /= sum;
    }
    return Math.log(sum) + energy / sum;
  }

  /**
   * Adds 4 Σ (p - q) w (y_i - y_j), with w = 1/(1 + |y_i - y_j|²) and q = w / Σ w.
   *
   * @return KL(P ‖ Q), in nats
   */
  private static double gradient(
      double[][] p, double[][] y, double exaggeration, double[][] gradient) {
    int n = y.length;
    double[][] w = new double[n][n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        w[i][j] = i == j ? 0 : 1 / (1 + square(y[i], y[j]));
        sum += w[i][j];
      }
    }
    double divergence = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double q = w[i][j] / sum;
        double force = 4 * (exaggeration * p[i][j] - q) * w[i][j];
        gradient[i][0] += force * (y[i][0] - y[j][0]);
        gradient[i][1] += force * (y[i][1] - y[j][1]);
        divergence += p[i][j] > 0 && i != j ? p[i][j] * Math.log(p[i][j] / q) : 0;
      }
    }
    return divergence;
  }

  private static double square(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
  }
}
