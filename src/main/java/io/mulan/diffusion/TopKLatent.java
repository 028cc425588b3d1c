package io.mulan.diffusion;

import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * k of m categories, by perturbing the logits and keeping the k largest, with gradients by identity
 * with projection (Sahoo et al., "Backpropagation through Combinatorial Algorithms", ICLR 2023).
 *
 * <p>The KL is the published one: that of a single categorical variable with these logits to the
 * uniform one. It is not the KL of the k-subset, so what it gives is not strictly a bound.
 *
 * @param size m
 * @param k categories that are on
 */
record TopKLatent(int size, int k) implements Latent {
  /** Terms of the series that makes a sum of gammas nearly Gumbel (Niepert et al. 2021). */
  private static final int SERIES = 10;

  private static final double TEMPERATURE = 10;

  /** Gamma(1/k, 1) draws [10,B,m]. */
  @Override
  public <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch) {
    Ops tf = random.ops();
    return random.gamma(
        "latent", 1.0 / k, tf.stack(List.of(tf.constant(SERIES), batch, tf.constant(size))));
  }

  @Override
  public <T extends TFloating> Draw<T> draw(Net<T> net, Operand<T> logits, Operand<T> noise) {
    Maths<T> m = net.m();
    Operand<T> perturbed = m.add(logits, sumOfGamma(m, noise));
    Operand<T> centred = m.sub(perturbed, m.meanKeeping(perturbed, 1));
    Operand<T> soft = m.div(centred, m.sqrt(m.sumKeeping(m.square(centred), 1)));
    Operand<T> hard = largest(m, centred);
    Operand<T> value = m.add(m.constantFor(m.sub(hard, soft)), soft);
    return new Draw<>(value, categoricalKl(m, logits));
  }

  /** τ/k (Σᵢ gᵢ i/k - log 10) for g [10,B,m]: [B,m]. */
  private <T extends TFloating> Operand<T> sumOfGamma(Maths<T> m, Operand<T> noise) {
    double[] weights = new double[SERIES];
    for (int i = 0; i < SERIES; i++) {
      weights[i] = (i + 1.0) / k;
    }
    Operand<T> weighted = m.mul(noise, m.reshape(m.vector(weights), SERIES, 1, 1));
    return m.mul(m.add(m.sum(weighted, 0), -Math.log(SERIES)), TEMPERATURE / k);
  }

  /** One where a value is among the k largest of its row (more than k with ties), else zero. */
  private <T extends TFloating> Operand<T> largest(Maths<T> m, Operand<T> x) {
    Ops tf = m.ops();
    Operand<T> fixed = m.constantFor(x);
    Operand<T> top = tf.nn.topK(fixed, tf.constant(k), TInt32.class).values();
    return m.cast(tf.dtypes.cast(tf.math.greaterEqual(fixed, m.column(top, k - 1)), m.type()));
  }

  /** Σ q (log q + log m). */
  private <T extends TFloating> Operand<T> categoricalKl(Maths<T> m, Operand<T> logits) {
    Operand<T> logQ = m.ops().nn.logSoftmax(logits);
    return m.sum(m.mul(m.exp(logQ), m.add(logQ, Math.log(size))), 1);
  }
}
