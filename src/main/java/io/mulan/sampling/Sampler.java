package io.mulan.sampling;

import io.mulan.diffusion.Chain;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** How noise becomes an image in a number of steps from t = 1 to t = 0. */
public enum Sampler {
  /** Draws from the learned reverse chain. */
  ANCESTRAL {
    @Override
    public <T extends TFloating> Operand<TFloat64> step(Chain.Step<T> step, Operand<TFloat64> z) {
      Operand<TFloat64> noise = step.random().normal("step", step.d().ops().shape(z));
      return step.reverse().step(z, step.from(), step.to(), noise);
    }
  },
  /** Follows the probability flow by Heun's method, with two evaluations a step. */
  HEUN {
    @Override
    public <T extends TFloating> Operand<TFloat64> step(Chain.Step<T> step, Operand<TFloat64> z) {
      Maths<TFloat64> d = step.d();
      Operand<TFloat64> length = d.sub(step.to(), step.from());
      Operand<TFloat64> first = step.reverse().drift(z, step.from());
      Operand<TFloat64> second = step.reverse().drift(d.add(z, d.mul(first, length)), step.to());
      return d.add(z, d.mul(d.mul(d.add(first, second), 0.5), length));
    }
  };

  /** z after a step [B,H,W,C]. */
  public abstract <T extends TFloating> Operand<TFloat64> step(
      Chain.Step<T> step, Operand<TFloat64> z);
}
