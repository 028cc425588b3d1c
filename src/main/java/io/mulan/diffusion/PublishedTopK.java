package io.mulan.diffusion;

import io.mulan.config.LatentConfig;
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
 * k of m categories as the published code has it: the logits are perturbed and the k largest kept,
 * with gradients by identity with projection (Sahoo et al. 2023).
 *
 * <p>The KL is that of a single categorical variable with these logits to the uniform one. It is
 * not that of the k-subset, so what it gives is not strictly a bound.
 *
 * @param size m
 * @param k categories that are on
 */
record PublishedTopK(int size, int k, LatentConfig.Noise kind) implements Latent {
  /** Terms of the series that makes a sum of gammas nearly Gumbel (Niepert et al. 2021). */
  private static final int SERIES = 10;

  private static final double TEMPERATURE = 10;

  @Override
  public double priorVariance() {
    return Latent.varianceOfSubset(k, size);
  }

  /** Gamma(1/k, 1) draws [10,B,m] of one series for each image, or Gumbel draws [B,m]. */
  @Override
  public <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch) {
    Ops tf = random.ops();
    Operand<TInt32> m = tf.constant(size);
    return switch (kind) {
      case GAMMA ->
          tf.linalg.transpose(
              random.gamma("latent", 1.0 / k, tf.stack(List.of(batch, tf.constant(SERIES), m))),
              tf.constant(new int[] {1, 0, 2}));
      case GUMBEL -> random.gumbel("latent", tf.stack(List.of(batch, m)));
    };
  }

  @Override
  public Optional<NoiseLaw> noiseLaw(long batch) {
    return Optional.of(
        switch (kind) {
          case GAMMA -> new NoiseLaw("gamma of shape 1/" + k, Shape.of(SERIES, batch, size));
          case GUMBEL -> new NoiseLaw("standard Gumbel", Shape.of(batch, size));
        });
  }

  @Override
  public <T extends TFloating> Posterior<T> posterior(Maths<T> m, Encoder<T> encoder) {
    return new Perturbed<>(m, new CategoricalPosterior<>(m, encoder.head(""), size), this);
  }

  /** All logits alike: every subset is drawn equally often. */
  @Override
  public <T extends TFloating> Posterior<T> prior(Maths<T> m, Operand<TInt32> batch) {
    return new Perturbed<>(m, new CategoricalPosterior<>(m, m.zeros(batch, size), size), this);
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

  /**
   * Its law has no closed form: except for the draw, everything is that of the categorical
   * variable.
   */
  private record Perturbed<T extends TFloating>(
      Maths<T> m, CategoricalPosterior<T> one, PublishedTopK law) implements Posterior<T> {

    @Override
    public Operand<T> kl() {
      return one.kl();
    }

    @Override
    public Operand<T> draw(Operand<T> noise, Operand<T> step) {
      Operand<T> added = law.kind == LatentConfig.Noise.GAMMA ? law.sumOfGamma(m, noise) : noise;
      Operand<T> soft = StraightThrough.projected(m, m.add(one.logits(), added));
      return StraightThrough.of(m, StraightThrough.largest(m, soft, law.k), soft);
    }

    @Override
    public Operand<T> mode() {
      return StraightThrough.largest(m, one.logits(), law.k);
    }

    @Override
    public Operand<T> mean() {
      return one.mean();
    }

    @Override
    public Operand<T> imbalance(Maths<T> maths) {
      return one.imbalance(maths);
    }

    @Override
    public Operand<T> natural() {
      return one.natural();
    }

    @Override
    public Operand<T> logPartition() {
      return one.logPartition();
    }

    @Override
    public Operand<T> statistics(Operand<T> c) {
      return one.statistics(c);
    }
  }
}
