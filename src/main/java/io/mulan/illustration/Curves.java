package io.mulan.illustration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** Schedules in closed form, by name, all with the same ends. */
final class Curves {
  private Curves() {}

  /** The same γ for both pixels. */
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
    return Curve.of(gamma, rate, gamma, rate);
  }

  /** Four ways through the plane. */
  static Map<String, Curve> multivariate(double min, double max) {
    double range = max - min;
    DoubleUnaryOperator early = t -> min + range * t * (1.5 - 0.5 * t);
    DoubleUnaryOperator earlyRate = t -> range * (1.5 - t);
    DoubleUnaryOperator late = t -> min + range * t * (0.5 + 0.5 * t);
    DoubleUnaryOperator lateRate = t -> range * (0.5 + t);
    Map<String, Curve> curves = new LinkedHashMap<>();
    curves.put("both pixels at once", same(t -> min + range * t, t -> range));
    curves.put("pixel 1 first", Curve.of(early, earlyRate, late, lateRate));
    curves.put("pixel 2 first", Curve.of(late, lateRate, early, earlyRate));
    curves.put(
        "by turns",
        Curve.of(
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
