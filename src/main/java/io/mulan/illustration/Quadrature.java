package io.mulan.illustration;

import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;

/** Nodes and weights of Gauss and Legendre's rule, panel by panel. */
record Quadrature(double[] nodes, double[] weights) {
  private static final int EACH = 8;

  /** Between bounds that increase. */
  static Quadrature between(double... bounds) {
    GaussIntegrator rule = new GaussIntegratorFactory().legendre(EACH);
    int panels = bounds.length - 1;
    double[] nodes = new double[panels * EACH];
    double[] weights = new double[panels * EACH];
    for (int i = 0; i < nodes.length; i++) {
      double low = bounds[i / EACH];
      double half = (bounds[i / EACH + 1] - low) / 2;
      nodes[i] = low + half * (1 + rule.getPoint(i % EACH));
      weights[i] = half * rule.getWeight(i % EACH);
    }
    return new Quadrature(nodes, weights);
  }

  /** From 0 to 1, in panels that are shorter towards both ends, where some schedules are steep. */
  static Quadrature unit(int panels) {
    double[] bounds = new double[panels + 1];
    for (int i = 0; i <= panels; i++) {
      bounds[i] = Math.pow(Math.sin(Math.PI / 2 * i / panels), 2);
    }
    return between(bounds);
  }
}
