package io.mulan.diffusion;

import io.mulan.diffusion.Latent.NoiseLaw;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * m independent normal variables, reparameterised (Kingma, Welling 2014); prior standard normal.
 *
 * @param size m
 */
record GaussianLatent(int size) implements Latent {

  @Override
  public double priorVariance() {
    return 1;
  }

  /** Standard normal [B,m]. */
  @Override
  public <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch) {
    Ops tf = random.ops();
    return random.normal("latent", tf.stack(List.of(batch, tf.constant(size))));
  }

  @Override
  public Optional<NoiseLaw> noiseLaw(long batch) {
    return Optional.of(new NoiseLaw("standard normal", Shape.of(batch, size)));
  }

  /** Standard normal. */
  @Override
  public <T extends TFloating> Posterior<T> prior(Maths<T> m, Operand<TInt32> batch) {
    Operand<T> zeros = m.zeros(batch, size);
    return new Normal<>(m, zeros, m.add(zeros, 1));
  }

  @Override
  public <T extends TFloating> Posterior<T> posterior(Maths<T> m, Encoder<T> encoder) {
    return new Normal<>(m, encoder.head("_mu"), m.softplus(encoder.head("_sigma")));
  }

  /**
   * @param mean μ [B,m]
   * @param variance [B,m]; published: what the layer named sigma gives is the variance
   */
  private record Normal<T extends TFloating>(Maths<T> m, Operand<T> mean, Operand<T> variance)
      implements Posterior<T> {

    /** ½ Σ (μ² + σ² - log σ² - 1). */
    @Override
    public Operand<T> kl() {
      Operand<T> spread = m.sub(m.add(m.square(mean), variance), m.log(variance));
      return m.mul(m.sum(m.add(spread, -1), 1), 0.5);
    }

    @Override
    public Operand<T> draw(Operand<T> noise, Operand<T> step) {
      return m.add(mean, m.mul(m.sqrt(variance), noise));
    }

    @Override
    public Operand<T> mode() {
      return mean;
    }

    /** μ/σ² and -1/2σ² [B,2m], of c and c². */
    @Override
    public Operand<T> natural() {
      Operand<T> half = m.div(m.constant(-0.5), variance);
      return m.concat(1, List.of(m.div(mean, variance), half));
    }

    @Override
    public Operand<T> logPartition() {
      Operand<T> twice = m.add(m.div(m.square(mean), variance), m.log(variance));
      return m.mul(m.sum(m.add(twice, Math.log(2 * Math.PI)), 1), 0.5);
    }

    @Override
    public Operand<T> statistics(Operand<T> c) {
      return m.concat(1, List.of(c, m.square(c)));
    }
  }
}
