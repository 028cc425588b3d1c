package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** What {@link Posterior#imbalance} is for latents of categories. */
final class Imbalance {
  /** Keeps the logarithm of a category that no image has finite. */
  private static final double LEAST_SHARE = 1e-12;

  private Imbalance() {}

  /**
   * k Σ p log(p m) in nats, where p are the shares of the categories (scalar).
   *
   * @param mean E[c|x], of which k of m are on [B,m]
   */
  static <T extends TFloating> Operand<T> of(Maths<T> m, Operand<T> mean, int size, int k) {
    Operand<T> shares = m.mul(m.mean(mean, 0), 1.0 / k);
    Operand<T> log = m.log(m.add(shares, LEAST_SHARE));
    return m.mul(m.sum(m.mul(shares, m.add(log, Math.log(size))), 0), k);
  }
}
