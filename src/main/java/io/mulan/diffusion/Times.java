package io.mulan.diffusion;

import io.mulan.config.LossConfig;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** How the uniform draws of a batch, which become times, are spread over [0,1). */
public enum Times {
  /**
   * One uniform draw, spread evenly over the batch, which lowers the variance (Kingma et al. 2021,
   * section 4).
   */
  ANTITHETIC {
    @Override
    public <T extends TFloating> Operand<T> draw(StatelessRandom<T> random, Operand<TInt32> batch) {
      Ops tf = random.ops();
      return spread(random.maths(), random.uniform("times", tf.constant(new int[] {1})), batch);
    }
  },
  /** One uniform draw for each image. */
  UNIFORM {
    @Override
    public <T extends TFloating> Operand<T> draw(StatelessRandom<T> random, Operand<TInt32> batch) {
      return random.uniform("times", random.ops().stack(List.of(batch)));
    }
  };

  /** Draws for a batch of this size (scalar): [B]. */
  public abstract <T extends TFloating> Operand<T> draw(
      StatelessRandom<T> random, Operand<TInt32> batch);

  /** (t0 + i/B) mod 1, for any B. */
  static <T extends TFloating> Operand<T> spread(Maths<T> m, Operand<T> t0, Operand<TInt32> batch) {
    Ops tf = m.ops();
    Operand<T> index = m.cast(tf.range(tf.constant(0), batch, tf.constant(1)));
    Operand<T> t = m.add(m.div(index, m.cast(batch)), t0);
    return m.sub(t, tf.math.floor(t));
  }

  public static Times of(LossConfig c) {
    return switch (c.times()) {
      case ANTITHETIC, IMPORTANCE -> ANTITHETIC;
      case UNIFORM -> UNIFORM;
    };
  }
}
