package io.mulan.illustration;

import java.util.function.DoubleUnaryOperator;

/** A schedule of two pixels: a curve through the plane of their γ, from time 0 to 1. */
@FunctionalInterface
interface Curve {
  private static int fine() {
    return 32;
  }

  /**
   * Points of a curve.
   *
   * @param gamma of each pixel at each time [times][2]
   * @param rate dγ/dt [times][2]
   */
  record Points(double[][] gamma, double[][] rate) {}

  Points at(double... times);

  /** One function of time and its derivative for each pixel. */
  static Curve of(
      DoubleUnaryOperator gamma1,
      DoubleUnaryOperator rate1,
      DoubleUnaryOperator gamma2,
      DoubleUnaryOperator rate2) {
    return times -> {
      double[][] gamma = new double[times.length][];
      double[][] rate = new double[times.length][];
      for (int i = 0; i < times.length; i++) {
        double t = times[i];
        gamma[i] = new double[] {gamma1.applyAsDouble(t), gamma2.applyAsDouble(t)};
        rate[i] = new double[] {rate1.applyAsDouble(t), rate2.applyAsDouble(t)};
      }
      return new Points(gamma, rate);
    };
  }

  /** Σ G_i dγ_i/dt at some times, in nats. */
  default double[] integrand(Field field, double... times) {
    Points points = at(times);
    double[] values = new double[times.length];
    for (int i = 0; i < times.length; i++) {
      double[] g = field.at(points.gamma()[i]);
      values[i] = g[0] * points.rate()[i][0] + g[1] * points.rate()[i][1];
    }
    return values;
  }

  /** The line integral of a field along this curve. */
  default Nats integral(Field field) {
    return integral(field, field);
  }

  /**
   * The line integral of a field that is itself made by quadrature.
   *
   * @param coarse the field with fewer nodes
   */
  default Nats integral(Field field, Field coarse) {
    return Nats.finer(integral(field, fine()), integral(coarse, fine() / 2));
  }

  private double integral(Field field, int panels) {
    Quadrature times = Quadrature.unit(panels);
    double[] values = integrand(field, times.nodes());
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += times.weights()[i] * values[i];
    }
    return sum;
  }
}
