package io.mulan.illustration;

/**
 * A limited network: f̂ = w z/α with one gain w for both pixels, as a convolution has the same
 * weights everywhere, and given nothing of the noise but its mean, as the published U-Net is: w =
 * sigmoid(log S - (γ_1 + γ_2)/2), with one weight S. With the same noise for both pixels it is the
 * best of its kind if S is the mean of their variances.
 *
 * @param logVariance log S
 */
record SharedGain(double logVariance) {

  /** w. */
  double gain(double... gamma) {
    return 1 / (1 + Math.exp((gamma[0] + gamma[1]) / 2 - logVariance));
  }

  /** ½ ν_i E(f - f̂)²_i = ½ (ν_i (1 - w)² V_i + w²) for pixels of variances V. */
  double[] error(double[] variances, double... gamma) {
    double w = gain(gamma);
    double rest = 1 / (1 + Math.exp(logVariance - (gamma[0] + gamma[1]) / 2)); // 1 - w
    double[] errors = new double[2];
    for (int i = 0; i < 2; i++) {
      errors[i] = (Math.exp(-gamma[i]) * rest * rest * variances[i] + w * w) / 2;
    }
    return errors;
  }
}
