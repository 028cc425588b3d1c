package io.mulan.sampling;

import io.mulan.diffusion.Chain;
import io.mulan.diffusion.ReverseProcess.Denoised;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;

/**
 * How noise becomes an image in a number of steps from t = 1 to t = 0. All but {@link #ANCESTRAL}
 * approach the solution of the probability flow.
 */
public enum Sampler implements SamplingStep {
  /** Draws from the learned reverse chain. */
  ANCESTRAL(1) {
    @Override
    public Operand<TFloat64> next(Chain.Step<?> step, Denoised now, Operand<TFloat64> before) {
      Operand<TFloat64> noise = step.random().normal("step", step.d().ops().shape(before));
      return now.step(step.to(), noise);
    }
  },
  /**
   * The flow with x̂ the same throughout a step: order one (Song, Meng, Ermon, "Denoising Diffusion
   * Implicit Models", 2021).
   */
  DDIM(1) {
    @Override
    public Operand<TFloat64> next(Chain.Step<?> step, Denoised now, Operand<TFloat64> before) {
      return now.follow(step.to(), now.signal());
    }
  },
  /**
   * DPM-Solver++(2M): the same with x̂ in the middle of the step, on the line through this x̂ and
   * the one before, over each pixel's -γ/2. Order two (Lu et al., "DPM-Solver++", 2022, algorithm
   * 2).
   */
  DPMPP_2M(1) {
    @Override
    public Operand<TFloat64> next(Chain.Step<?> step, Denoised now, Operand<TFloat64> before) {
      Maths<TFloat64> d = step.d();
      Operand<TFloat64> one = d.constant(1);
      Operand<TBool> first = d.ops().math.greaterEqual(step.from(), one);
      Operand<TFloat64> last =
          d.ops().math.minimum(d.sub(d.mul(step.from(), 2), step.to()), one); // t of x̂ before
      Operand<TFloat64> ratio = d.neg(d.div(now.gammaTo(step.to()), now.gammaTo(last)));
      Operand<TFloat64> x = now.signal();
      Operand<TFloat64> change = d.mul(d.mul(ratio, d.sub(x, before)), 0.5);
      Operand<TFloat64> middle = d.ops().select(first, x, d.add(x, change));
      return now.follow(step.to(), middle);
    }
  },
  /** Heun's method for dz/dt: order two, with two evaluations a step. */
  HEUN(2) {
    @Override
    public Operand<TFloat64> next(Chain.Step<?> step, Denoised now, Operand<TFloat64> before) {
      Maths<TFloat64> d = step.d();
      Operand<TFloat64> length = d.sub(step.to(), step.from());
      Operand<TFloat64> first = now.drift();
      Operand<TFloat64> there = d.add(now.z(), d.mul(first, length));
      Operand<TFloat64> second = step.reverse().drift(there, step.to());
      return d.add(now.z(), d.mul(d.mul(d.add(first, second), 0.5), length));
    }
  };

  private final int evaluations;

  Sampler(int evaluations) {
    this.evaluations = evaluations;
  }

  /** Of the network in a step. */
  public int evaluations() {
    return evaluations;
  }
}
