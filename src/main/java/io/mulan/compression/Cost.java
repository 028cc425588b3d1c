package io.mulan.compression;

/**
 * What images take, in bits: by the bound of the chain of T steps, by the trajectories that were
 * drawn, and on the stack.
 *
 * <p>The bound is that of the method's page in discrete time: the divergences of all T steps, in
 * closed form, at the z that were drawn.
 */
final class Cost {
  private static final double NATS = 1 / Math.log(2);

  private double bound;
  private double realised;
  private double whole;

  private double[] signal;

  /** α_s and σ_s² of each dimension. */
  private double[] alpha;

  private double[] variance;

  /** Of nothing. */
  Cost() {}

  /** Of images whose latents have these divergences from the prior, in nats [B]. */
  Cost(float[] kl) {
    for (float nats : kl) {
      bound += nats * NATS;
    }
  }

  /** Begins the chain at z_0. */
  void begin(double[] signal, ChainLaws.Link first) {
    this.signal = signal;
    alpha = first.ratio().clone();
    variance = new double[alpha.length];
    for (int i = 0; i < alpha.length; i++) {
      variance[i] = first.up()[i] * first.up()[i];
    }
  }

  /** The levels took so many bits given z_0. */
  void levels(double bits) {
    bound += bits;
    realised += bits;
  }

  /**
   * A step up from z_s to z_t: adds KL(q(z_s given z_t, x, c) to p(z_s given z_t, c)), whose
   * variances are the same.
   *
   * @param mean of p
   */
  void step(ChainLaws.Link link, double[] zt, double[] mean) {
    double nats = 0;
    for (int i = 0; i < mean.length; i++) {
      double up = link.up()[i] * link.up()[i];
      double down = link.down()[i] * link.down()[i];
      double ratio = link.ratio()[i];
      double own = down * (alpha[i] * signal[i] / variance[i] + ratio * zt[i] / up);
      nats += (own - mean[i]) * (own - mean[i]) / (2 * down);
      alpha[i] *= ratio;
      variance[i] = ratio * ratio * variance[i] + up;
    }
    bound += nats * NATS;
  }

  /** Ends the chain at z_1: adds KL(q(z_1 given x, c) to N(0,I)). */
  void end() {
    double nats = 0;
    for (int i = 0; i < alpha.length; i++) {
      double mean = alpha[i] * signal[i];
      nats += (mean * mean + variance[i] - 1 - Math.log(variance[i])) / 2;
    }
    bound += nats * NATS;
  }

  /** So many bits more, of the laws without a grid. */
  void realised(double bits) {
    realised += bits;
  }

  /** So many bits more on the stack. */
  void whole(double bits) {
    whole += bits;
  }

  /** All that other images take as well. */
  void add(Cost other) {
    bound += other.bound;
    realised += other.realised;
    whole += other.whole;
  }

  /** By the bound. */
  double bound() {
    return bound;
  }

  /** By the normal laws at the z that were drawn, without rounding them to a grid. */
  double realised() {
    return realised;
  }

  /** On the stack. */
  double whole() {
    return whole;
  }
}
