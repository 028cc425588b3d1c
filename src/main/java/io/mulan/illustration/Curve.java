package io.mulan.illustration;

import java.util.LinkedHashMap;
import java.util.Map;
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

  /** Schedules in closed form, by name, with the same γ for both pixels. */
  static Map<String, Curve> scalar(double min, double max) {
    Map<String, Curve> curves = new LinkedHashMap<>();
    double range = max - min;
    curves.put("linear", same(t -> min + range * t, t -> range));
    // α² = cos²(πs/2) (Nichol, Dhariwal 2021), for the s between the ends.
    double first = 2 / Math.PI * Math.atan(Math.exp(min / 2));
    double span = 2 / Math.PI * Math.atan(Math.exp(max / 2)) - first;
    curves.put(
        "cosine",
        same(
            t -> 2 * Math.log(Math.tan(Math.PI / 2 * (first + span * t))),
            t -> 2 * Math.PI * span / Math.sin(Math.PI * (first + span * t))));
    curves.put("polynomial", same(t -> min + range * t * t * t, t -> 3 * range * t * t));
    return curves;
  }

  private static Curve same(DoubleUnaryOperator gamma, DoubleUnaryOperator rate) {
    return of(gamma, rate, gamma, rate);
  }

  /** Schedules in closed form, by name: four ways through the plane, with the same ends. */
  static Map<String, Curve> multivariate(double min, double max) {
    double range = max - min;
    DoubleUnaryOperator early = t -> min + range * t * (1.5 - 0.5 * t);
    DoubleUnaryOperator earlyRate = t -> range * (1.5 - t);
    DoubleUnaryOperator late = t -> min + range * t * (0.5 + 0.5 * t);
    DoubleUnaryOperator lateRate = t -> range * (0.5 + t);
    Map<String, Curve> curves = new LinkedHashMap<>();
    curves.put("both pixels at once", same(t -> min + range * t, t -> range));
    curves.put("pixel 1 first", of(early, earlyRate, late, lateRate));
    curves.put("pixel 2 first", of(late, lateRate, early, earlyRate));
    curves.put(
        "by turns",
        of(
            t -> min + range * (t + sway(t)),
            t -> range * (1 + swayRate(t)),
            t -> min + range * (t - sway(t)),
            t -> range * (1 - swayRate(t))));
    return curves;
  }

  private static double sway(double t) {
    return 0.15 * Math.sin(2 * Math.PI * t);
  }

  private static double swayRate(double t) {
    return 0.3 * Math.PI * Math.cos(2 * Math.PI * t); // above -1: γ increases
  }
}
