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
 * One of m categories, by Gumbel-softmax, straight through (Jang et al. 2017; Maddison et al.
 * 2017). Its value has exactly the law whose KL is charged.
 *
 * @param size m
 */
record CategoricalLatent(int size) implements Latent {

  @Override
  public double priorVariance() {
    return Latent.varianceOfSubset(1, size);
  }

  /** Gumbel variables [B,m]. */
  @Override
  public <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch) {
    Ops tf = random.ops();
    return random.gumbel("latent", tf.stack(List.of(batch, tf.constant(size))));
  }

  @Override
  public Optional<NoiseLaw> noiseLaw(long batch) {
    return Optional.of(new NoiseLaw("standard Gumbel", Shape.of(batch, size)));
  }

  /** Uniform. */
  @Override
  public <T extends TFloating> Posterior<T> prior(Maths<T> m, Operand<TInt32> batch) {
    return new CategoricalPosterior<>(m, m.zeros(batch, size), size);
  }

  @Override
  public <T extends TFloating> Posterior<T> posterior(Maths<T> m, Encoder<T> encoder) {
    return new CategoricalPosterior<>(m, encoder.head(""), size);
  }
}
