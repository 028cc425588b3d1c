package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * q(c|x) for the images of a batch: an exponential family, log q(c|x) = ⟨natural, statistics(c)⟩ -
 * logPartition.
 */
public interface Posterior<T extends TFloating> {

  /** KL(q(c|x) ‖ p(c)) in nats [B]. */
  Operand<T> kl();

  /**
   * A draw of c [B,m]. Its value has that law; its gradient, where the law is discrete, is an
   * estimator's.
   *
   * @param noise as {@link Latent#noise} makes it
   * @param step updates made so far (scalar), for temperatures that fall
   */
  Operand<T> draw(Operand<T> noise, Operand<T> step);

  /** log q(c|x) in nats [B], up to what is the same for all laws of this kind. */
  default Operand<T> logDensity(Maths<T> m, Operand<T> c) {
    return m.sub(m.sum(m.mul(natural(), statistics(c)), 1), logPartition());
  }

  /** The most likely c; for a normal law its mean [B,m]. */
  Operand<T> mode();

  /** E[c|x] [B,m]. */
  Operand<T> mean();

  /**
   * How far the latents of all images together are from the prior, in nats (scalar): for a discrete
   * latent the KL of the mean of E[c|x] over the batch to that of the prior; otherwise zero. It is
   * the part of the KL that carries no information of the image.
   */
  default Operand<T> imbalance(Maths<T> m) {
    return m.constant(0);
  }

  /**
   * {@link #imbalance} of latents of categories: k Σ p log(p m) in nats, where p are the shares of
   * the categories (scalar).
   *
   * @param mean E[c|x], of which k of m are on [B,m]
   */
  static <T extends TFloating> Operand<T> imbalance(Maths<T> m, Operand<T> mean, int size, int k) {
    Operand<T> shares = m.mul(m.mean(mean, 0), 1.0 / k);
    Operand<T> log = m.log(m.add(shares, 1e-12)); // finite for a category that no image has
    return m.mul(m.sum(m.mul(shares, m.add(log, Math.log(size))), 0), k);
  }

  /** [B,d]. */
  Operand<T> natural();

  /** [B]. */
  Operand<T> logPartition();

  /** Of c [B,m]: [B,d]. */
  Operand<T> statistics(Operand<T> c);
}
