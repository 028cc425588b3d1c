package io.mulan.illustration;

/**
 * Normal pixels, everything in closed form.
 *
 * @param first variance of pixel 1
 * @param second variance of pixel 2
 */
record Gaussian(double first, double second, double correlation) implements Data {

  Matrix covariance() {
    double c = correlation * Math.sqrt(first * second);
    return new Matrix(first, c, c, second);
  }

  /** The covariance of z/α = f + ε/√ν. */
  Matrix noisy(double... gamma) {
    return covariance().plus(Math.exp(gamma[0]), Math.exp(gamma[1]));
  }

  /** The matrix A of the posterior mean f* = A z/α. */
  Matrix posteriorMean(double... gamma) {
    return covariance().times(noisy(gamma).inverse());
  }

  /** The posterior variance of each pixel: A times the variance of the noise, on the diagonal. */
  double[] posteriorVariances(double... gamma) {
    Matrix a = posteriorMean(gamma);
    return new double[] {a.a() * Math.exp(gamma[0]), a.d() * Math.exp(gamma[1])};
  }

  @Override
  public double[] variances() {
    return new double[] {first, second};
  }

  @Override
  public Nats entropy() {
    return Nats.exact(Math.log(2 * Math.PI * Math.E) + Math.log(covariance().determinant()) / 2);
  }

  /** ½ log det(I + Σ diag ν). */
  @Override
  public Nats information(double... gamma) {
    return Nats.exact((Math.log(noisy(gamma).determinant()) - gamma[0] - gamma[1]) / 2);
  }

  @Override
  public Field exact() {
    return gamma -> {
      Matrix a = posteriorMean(gamma); // its diagonal is ν_i times the posterior variance
      return new double[] {a.a() / 2, a.d() / 2};
    };
  }

  /** With D = A - w: ½ ν_i (D cov(z/α) Dᵀ)_ii. */
  @Override
  public Field excess(SharedGain network) {
    return gamma -> {
      double w = network.gain(gamma);
      Matrix difference = posteriorMean(gamma).plus(-w, -w);
      Matrix square = difference.times(noisy(gamma)).times(difference.transposed());
      return new double[] {
        square.a() * Math.exp(-gamma[0]) / 2, square.d() * Math.exp(-gamma[1]) / 2
      };
    };
  }

  @Override
  public Data coarse() {
    return this;
  }
}
