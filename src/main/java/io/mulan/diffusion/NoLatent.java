package io.mulan.diffusion;

import io.mulan.diffusion.Latent.NoiseLaw;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** No latent: c is a zero, as the conditioning of VDM, and costs nothing. */
record NoLatent() implements Latent {

  @Override
  public int size() {
    return 1;
  }

  @Override
  public double priorVariance() {
    return 0;
  }

  @Override
  public <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch) {
    return random.maths().constant(0);
  }

  @Override
  public Optional<NoiseLaw> noiseLaw(long batch) {
    return Optional.empty();
  }

  @Override
  public <T extends TFloating> Posterior<T> prior(Maths<T> m, Operand<TInt32> batch) {
    Operand<T> zeros = m.zeros(batch, 1);
    return new Zero<>(zeros, m.reshape(zeros, -1));
  }

  @Override
  public <T extends TFloating> Posterior<T> posterior(Maths<T> m, Encoder<T> encoder) {
    Operand<T> zeros = encoder.zeros();
    return new Zero<>(zeros, m.reshape(zeros, -1));
  }

  /**
   * @param column [B,1]
   * @param row [B]
   */
  private record Zero<T extends TFloating>(Operand<T> column, Operand<T> row)
      implements Posterior<T> {
    @Override
    public Operand<T> kl() {
      return row;
    }

    @Override
    public Operand<T> draw(Operand<T> noise, Operand<T> step) {
      return column;
    }

    @Override
    public Operand<T> mode() {
      return column;
    }

    @Override
    public Operand<T> mean() {
      return column;
    }

    @Override
    public Operand<T> natural() {
      return column;
    }

    @Override
    public Operand<T> logPartition() {
      return row;
    }

    @Override
    public Operand<T> statistics(Operand<T> c) {
      return c;
    }
  }
}
