package io.mulan.illustration;

/** What images of two pixels are like, in units of the signal f; their mean is zero. */
sealed interface Data permits Gaussian, Mixture {

  /** The variance of each pixel. */
  double[] variances();

  /** The differential entropy h(f): no bound can be lower. */
  Nats entropy();

  /** The mutual information of f and the noisy signals at this noise. */
  Nats information(double... gamma);

  /** The field of the exact posterior mean f*: ½ ν_i E(f - f*)²_i. */
  Field exact();

  /** The excess of a network over it: ½ ν_i E(f* - f̂)²_i. */
  Field excess(SharedGain network);

  /** The same with fewer nodes where there is quadrature. */
  Data coarse();

  /** The field of a network, ½ ν_i E(f - f̂)²_i: it depends on the variances alone. */
  default Field field(SharedGain network) {
    double[] variances = variances();
    return gamma -> network.error(variances, gamma);
  }

  /**
   * The bound with a diffusion term: reconstruction h(f given z_0) and prior term I(f; z_1) lose
   * nothing, so that all that the bound exceeds the entropy by is lost on the way.
   */
  default Nats bound(Curve curve, Nats diffusion) {
    double[][] ends = curve.at(0, 1).gamma();
    Nats allowed = information(ends[0]).minus(information(ends[1]));
    return entropy().minus(allowed).plus(diffusion);
  }

  /** The bound of the exact posterior mean. */
  default Nats exactBound(Curve curve) {
    return bound(curve, curve.integral(exact(), coarse().exact()));
  }

  /** The bound of a network. */
  default Nats bound(Curve curve, SharedGain network) {
    return bound(curve, curve.integral(field(network)));
  }

  /** The integral of a network's excess error along a curve. */
  default Nats excess(Curve curve, SharedGain network) {
    return curve.integral(excess(network), coarse().excess(network));
  }
}
