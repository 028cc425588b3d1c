package io.mulan.golden;

/** Sizes of arrays and of their differences; NaN where a number is. */
final class Vectors {
  private Vectors() {}

  /** The largest magnitude. */
  static double largest(double[] a) {
    double largest = 0;
    for (double x : a) {
      largest = Math.max(largest, Math.abs(x));
    }
    return largest;
  }

  /** A single number itself; of many, the L2 norm. */
  static double size(double[] a) {
    return a.length == 1 ? a[0] : norm(a, new double[a.length]);
  }

  /** The largest magnitude of the difference. */
  static double distance(double[] a, double[] b) {
    return largest(difference(a, b));
  }

  /** The L2 norm of the difference. */
  static double norm(double[] a, double[] b) {
    double squares = 0;
    for (double d : difference(a, b)) {
      squares += d * d;
    }
    return Math.sqrt(squares);
  }

  private static double[] difference(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new AssertionError(a.length + " numbers, expected " + b.length);
    }
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }
}
