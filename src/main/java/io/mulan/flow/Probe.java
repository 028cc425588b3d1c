package io.mulan.flow;

import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The law of the vector v in Hutchinson's estimate v'Jv of a trace (Hutchinson 1990): mean zero,
 * identity covariance.
 */
public enum Probe {
  /** Plus or minus one: the least variance. */
  RADEMACHER {
    @Override
    public <T extends TFloating> Operand<T> draw(
        StatelessRandom<T> random, String name, Operand<TInt32> shape) {
      Maths<T> m = random.maths();
      return m.add(m.mul(random.bernoulli(name, 0.5, shape), 2), -1);
    }
  },
  /** Standard normal. */
  GAUSSIAN {
    @Override
    public <T extends TFloating> Operand<T> draw(
        StatelessRandom<T> random, String name, Operand<TInt32> shape) {
      return random.normal(name, shape);
    }
  };

  /** A draw of v of this shape. */
  public abstract <T extends TFloating> Operand<T> draw(
      StatelessRandom<T> random, String name, Operand<TInt32> shape);
}
