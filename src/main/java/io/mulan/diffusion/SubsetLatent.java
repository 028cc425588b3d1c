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
 * k of m categories with the exact law of k-subsets: drawn from it, its own KL to the uniform law
 * over subsets charged. What it gives is a bound.
 *
 * @param size m
 * @param k categories that are on
 * @param gradient how a gradient by c becomes one by the logits
 */
record SubsetLatent(int size, int k, LatentConfig.Gradient gradient) implements Latent {

  @Override
  public double priorVariance() {
    return Latent.varianceOfSubset(k, size);
  }

  /** Uniform [B,m]. */
  @Override
  public <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch) {
    Ops tf = random.ops();
    return random.uniform("latent", tf.stack(List.of(batch, tf.constant(size))));
  }

  @Override
  public Optional<NoiseLaw> noiseLaw(long batch) {
    return Optional.of(new NoiseLaw("uniform in (0,1)", Shape.of(batch, size)));
  }

  @Override
  public <T extends TFloating> Posterior<T> posterior(Maths<T> m, Encoder<T> encoder) {
    return law(m, encoder.head(""));
  }

  /** Uniform over subsets. */
  @Override
  public <T extends TFloating> Posterior<T> prior(Maths<T> m, Operand<TInt32> batch) {
    return law(m, m.zeros(batch, size));
  }

  private <T extends TFloating> Posterior<T> law(Maths<T> m, Operand<T> logits) {
    SubsetLaw<T> law = new SubsetLaw<>(m, logits, size, k);
    return new Subsets<>(m, logits, law, law.marginals(), this);
  }

  /** log C(m,k), the entropy of the prior in nats. */
  private double priorEntropy() {
    double log = 0;
    for (int i = 0; i < k; i++) {
      log += Math.log(size - i) - Math.log(i + 1);
    }
    return log;
  }

  private record Subsets<T extends TFloating>(
      Maths<T> m, Operand<T> logits, SubsetLaw<T> law, Operand<T> mean, SubsetLatent latent)
      implements Posterior<T> {

    /** E log q - log p = Σ μ l - log Z + log C(m,k). */
    @Override
    public Operand<T> kl() {
      Operand<T> expected = m.sum(m.mul(mean, logits), 1);
      return m.add(m.sub(expected, law.logPartition()), latent.priorEntropy());
    }

    @Override
    public Operand<T> draw(Operand<T> noise, Operand<T> step) {
      SubsetLaw.Draw<T> drawn = law.draw(noise);
      return switch (latent.gradient) {
        case IDENTITY ->
            StraightThrough.of(m, drawn.chosen(), StraightThrough.projected(m, drawn.perturbed()));
        case MARGINALS -> StraightThrough.of(m, drawn.chosen(), mean);
        case GUMBEL -> StraightThrough.of(m, drawn.chosen(), m.sigmoid(bounded(drawn.margins())));
        case SCORE_FUNCTION -> drawn.chosen();
      };
    }

    /** Choices that are forced have margins without end, and no gradient. */
    private Operand<T> bounded(Operand<T> margins) {
      return m.ops().clipByValue(margins, m.constant(-40), m.constant(40));
    }

    @Override
    public Operand<T> mode() {
      return StraightThrough.largest(m, logits, latent.k);
    }

    @Override
    public Operand<T> imbalance(Maths<T> maths) {
      return Posterior.imbalance(maths, mean, latent.size, latent.k);
    }

    @Override
    public Operand<T> natural() {
      return logits;
    }

    @Override
    public Operand<T> logPartition() {
      return law.logPartition();
    }

    @Override
    public Operand<T> statistics(Operand<T> c) {
      return c;
    }
  }
}
