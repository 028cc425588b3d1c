package io.mulan.report;

import java.util.Random;

/**
 * Points of many dimensions in the plane, neighbours near each other: t-distributed stochastic
 * neighbour embedding (L. van der Maaten and G. Hinton, JMLR 9, 2008), exact, for some hundreds of
 * points.
 */
public final class TSne {
  private static final int STEPS = 600;

  /** While the attraction is exaggerated and the momentum low. */
  private static final int EARLY = 150;

  private static final double EXAGGERATION = 4;
  private static final double LEAST = 1e-12;

  private final double[][] p;
  private final double[][] q;
  private final int count;

  private TSne(double[][] points, double perplexity) {
    this.count = points.length;
    this.p = affinities(points, perplexity);
    this.q = new double[count][count];
  }

  /**
   * Places points.
   *
   * @param points [count][dimensions]
   * @param perplexity about how many neighbours each has; less than a third of the points
   * @return [count][2]
   */
  public static double[][] of(double[][] points, double perplexity, long seed) {
    return new TSne(points, Math.max(1, Math.min(perplexity, (points.length - 1) / 3.0)))
        .embed(seed);
  }

  /**
   * KL(P ‖ Q) in nats between the neighbourhoods of points and of their places: what {@link #of}
   * makes small.
   */
  static double divergence(double[][] points, double[][] places, double perplexity) {
    TSne t = new TSne(points, perplexity);
    double normaliser = t.similarities(places);
    double sum = 0;
    for (int i = 0; i < t.count; i++) {
      for (int j = 0; j < t.count; j++) {
        if (i != j) {
          sum += t.p[i][j] * Math.log(t.p[i][j] / Math.max(t.q[i][j] / normaliser, LEAST));
        }
      }
    }
    return sum;
  }

  private double[][] embed(long seed) {
    Random random = new Random(seed);
    double[][] places = new double[count][2];
    for (double[] place : places) {
      place[0] = 1e-2 * random.nextGaussian();
      place[1] = 1e-2 * random.nextGaussian();
    }
    double[][] velocity = new double[count][2];
    double[][] gains = new double[count][2];
    for (double[] gain : gains) {
      gain[0] = gain[1] = 1;
    }
    double rate = Math.max(10, count / EXAGGERATION);
    for (int step = 0; step < STEPS; step++) {
      double[][] gradient = gradient(places, step < EARLY ? EXAGGERATION : 1);
      double momentum = step < EARLY ? 0.5 : 0.8;
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < 2; k++) {
          boolean turned = gradient[i][k] * velocity[i][k] > 0;
          gains[i][k] = turned ? Math.max(0.01, 0.8 * gains[i][k]) : gains[i][k] + 0.2;
          velocity[i][k] = momentum * velocity[i][k] - rate * gains[i][k] * gradient[i][k];
          places[i][k] += velocity[i][k];
        }
      }
      centre(places);
    }
    return places;
  }

  private double[][] gradient(double[][] places, double exaggeration) {
    double normaliser = similarities(places);
    double[][] gradient = new double[count][2];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        double pull = (exaggeration * p[i][j] - q[i][j] / normaliser) * q[i][j];
        gradient[i][0] += 4 * pull * (places[i][0] - places[j][0]);
        gradient[i][1] += 4 * pull * (places[i][1] - places[j][1]);
      }
    }
    return gradient;
  }

  /** Fills q, not normalised, and gives its sum. */
  private double similarities(double[][] places) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        q[i][j] = i == j ? 0 : 1 / (1 + squared(places[i], places[j]));
        sum += q[i][j];
      }
    }
    return sum;
  }

  private static void centre(double[][] places) {
    for (int k = 0; k < 2; k++) {
      double mean = 0;
      for (double[] place : places) {
        mean += place[k] / places.length;
      }
      for (double[] place : places) {
        place[k] -= mean;
      }
    }
  }

  /** Symmetric affinities that sum to one. */
  private static double[][] affinities(double[][] points, double perplexity) {
    int count = points.length;
    double[][] p = new double[count][count];
    for (int i = 0; i < count; i++) {
      fit(points, i, Math.log(perplexity), p[i]);
    }
    double[][] symmetric = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        symmetric[i][j] = i == j ? 0 : Math.max((p[i][j] + p[j][i]) / (2 * count), LEAST);
      }
    }
    return symmetric;
  }

  /** The neighbours of a point, by the width whose entropy in nats is the one wanted. */
  private static void fit(double[][] points, int i, double entropy, double[] row) {
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double precision = 1;
    for (int attempt = 0; attempt < 60; attempt++) {
      double found = neighbours(points, i, precision, row);
      if (found > entropy) {
        low = precision;
        precision = Double.isInfinite(high) ? 2 * precision : (low + high) / 2;
      } else {
        high = precision;
        precision = (low + high) / 2;
      }
    }
  }

  private static double neighbours(double[][] points, int i, double precision, double[] row) {
    double nearest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < row.length; j++) {
      if (j != i) {
        nearest = Math.min(nearest, squared(points[i], points[j]));
      }
    }
    double sum = 0;
    double weighted = 0;
    for (int j = 0; j < row.length; j++) {
      double distance = j == i ? 0 : squared(points[i], points[j]) - nearest;
      row[j] = j == i ? 0 : Math.exp(-precision * distance);
      sum += row[j];
      weighted += row[j] * precision * distance;
    }
    for (int j = 0; j < row.length; j++) {
      row[j] /= sum;
    }
    return Math.log(sum) + weighted / sum;
  }

  private static double squared(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
  }
}
