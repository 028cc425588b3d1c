package io.mulan.golden;

/**
 * How near a computed quantity is to the published code's own double precision; errors relative to
 * the quantity's size.
 *
 * @param expected the published code's own double precision: a number, or the norm of many
 * @param value what this code has for it
 * @param published error of the published code in float32
 * @param ours error of this code
 * @param allowed for ours
 */
public record Agreement(
    String quantity, double expected, double value, double published, double ours, double allowed) {

  /** Times the published code's own rounding. */
  private static final double MULTIPLE = 3;

  private static final double VALUES = 1e-5;

  /** A result in float32 against the published one in double precision. */
  public static Agreement of(String quantity, double[] published, double[] truth, double[] ours) {
    double scale = scale(truth);
    double error = Vectors.distance(published, truth) / scale;
    return new Agreement(
        quantity,
        Vectors.size(truth),
        Vectors.size(ours),
        error,
        Vectors.distance(ours, truth) / scale,
        allowed(error, VALUES));
  }

  /** What an error may be, where the published code's is known. */
  public static double allowed(double published, double least) {
    return Math.max(MULTIPLE * published, least);
  }

  /** What float32 cannot distinguish from zero is not a measure. */
  static double scale(double[] values) {
    return Math.max(Vectors.largest(values), Float.MIN_NORMAL);
  }

  /** False for NaN. */
  boolean holds() {
    return ours <= allowed;
  }

  @Override
  public String toString() {
    return String.format(
        "| %s | %.1e | %.1e | %.1e | %s |",
        quantity, published, ours, allowed, holds() ? "pass" : "FAIL");
  }
}
