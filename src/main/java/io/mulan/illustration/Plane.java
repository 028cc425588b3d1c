package io.mulan.illustration;

/**
 * Expectations over a standard normal in the plane, in polar coordinates: half its squared radius
 * is exponential, its angle uniform. For functions that are the same at n and -n.
 */
final class Plane {
  /** Beyond it lies e^-60 of the law. */
  private static final double FARTHEST = 60;

  static final Plane FINE = new Plane(14, 2, 128);
  static final Plane COARSE = new Plane(7, 4, 64);

  private final double[] first;
  private final double[] second;
  private final double[] weights;

  /** A function of a point. */
  @FunctionalInterface
  interface Of {
    double at(double n1, double n2);
  }

  /**
   * @param panels of half the squared radius
   * @param growth how much longer each is than the one inside it
   * @param angles of half a turn
   */
  private Plane(int panels, double growth, int angles) {
    double[] bounds = new double[panels + 1];
    for (int i = 1; i <= panels; i++) {
      bounds[i] = FARTHEST * Math.pow(growth, i - panels);
    }
    Quadrature radial = Quadrature.between(bounds);
    int radii = radial.nodes().length;
    first = new double[radii * angles];
    second = new double[radii * angles];
    weights = new double[radii * angles];
    for (int i = 0; i < first.length; i++) {
      double s = radial.nodes()[i / angles];
      double angle = Math.PI * (i % angles) / angles;
      first[i] = Math.sqrt(2 * s) * Math.cos(angle);
      second[i] = Math.sqrt(2 * s) * Math.sin(angle);
      weights[i] = radial.weights()[i / angles] * Math.exp(-s) / angles;
    }
  }

  double mean(Of function) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * function.at(first[i], second[i]);
    }
    return sum;
  }
}
