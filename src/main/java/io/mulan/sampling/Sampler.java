package io.mulan.sampling;

import io.mulan.diffusion.ReverseProcess;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** How noise becomes an image in a number of steps from t = 1 to t = 0. */
public enum Sampler {
  /** Draws from the learned reverse chain. */
  ANCESTRAL {
    @Override
    <T extends TFloating> Operand<TFloat64> step(
        Maths<TFloat64> d,
        ReverseProcess<T> reverse,
        StatelessRandom<TFloat64> random,
        Operand<TFloat64> z,
        Operand<TFloat64> t,
        Operand<TFloat64> s) {
      return reverse.step(z, t, s, random.normal("step", d.ops().shape(z)));
    }
  },
  /** Follows the probability flow by Heun's method, with two evaluations a step. */
  HEUN {
    @Override
    <T extends TFloating> Operand<TFloat64> step(
        Maths<TFloat64> d,
        ReverseProcess<T> reverse,
        StatelessRandom<TFloat64> random,
        Operand<TFloat64> z,
        Operand<TFloat64> t,
        Operand<TFloat64> s) {
      Operand<TFloat64> length = d.sub(s, t);
      Operand<TFloat64> first = reverse.drift(z, t);
      Operand<TFloat64> second = reverse.drift(d.add(z, d.mul(first, length)), s);
      return d.add(z, d.mul(d.mul(d.add(first, second), 0.5), length));
    }
  };

  /**
   * From time t to s, both scalars.
   *
   * @param random of this step
   * @param z [B,H,W,C]
   */
  abstract <T extends TFloating> Operand<TFloat64> step(
      Maths<TFloat64> d,
      ReverseProcess<T> reverse,
      StatelessRandom<TFloat64> random,
      Operand<TFloat64> z,
      Operand<TFloat64> t,
      Operand<TFloat64> s);
}
