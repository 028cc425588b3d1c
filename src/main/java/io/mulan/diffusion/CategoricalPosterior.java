package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * One of m categories, with probabilities softmax(logits); prior uniform.
 *
 * @param logits [B,m]
 */
record CategoricalPosterior<T extends TFloating>(Maths<T> m, Operand<T> logits, int size)
    implements Posterior<T> {
  private static final double LEAST_TEMPERATURE = 0.5;
  private static final double COOLING = 1e-5;

  /** Σ q (log q + log m). */
  @Override
  public Operand<T> kl() {
    Operand<T> logQ = m.ops().nn.logSoftmax(logits);
    return m.sum(m.mul(m.exp(logQ), m.add(logQ, Math.log(size))), 1);
  }

  /**
   * The largest of the logits plus Gumbel noise; its gradient is the softmax's at the temperature
   * max(½, e^(-10⁻⁵ step)) (Jang et al. 2017, straight through).
   */
  @Override
  public Operand<T> draw(Operand<T> noise, Operand<T> step) {
    Operand<T> cooled = m.exp(m.mul(step, -COOLING));
    Operand<T> temperature = m.ops().math.maximum(cooled, m.constant(LEAST_TEMPERATURE));
    Operand<T> perturbed = m.div(m.add(logits, noise), temperature);
    Operand<T> soft = m.ops().nn.softmax(perturbed);
    return StraightThrough.of(m, StraightThrough.largest(m, perturbed, 1), soft);
  }

  @Override
  public Operand<T> mode() {
    return StraightThrough.largest(m, logits, 1);
  }

  @Override
  public Operand<T> mean() {
    return m.ops().nn.softmax(logits);
  }

  @Override
  public Operand<T> imbalance(Maths<T> maths) {
    return Posterior.imbalance(maths, mean(), size, 1);
  }

  @Override
  public Operand<T> natural() {
    return m.ops().nn.logSoftmax(logits);
  }

  @Override
  public Operand<T> logPartition() {
    return m.mul(m.sum(logits, 1), 0);
  }

  @Override
  public Operand<T> statistics(Operand<T> c) {
    return c;
  }
}
