package io.mulan.diffusion;

import io.mulan.config.LossConfig;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * What the score network predicts, and its error in the noise, (ε - ε̂)², in its own terms. All are
 * the same number once the network's output is converted (Kingma et al. 2021, section 4; Salimans,
 * Ho 2022).
 */
enum Prediction {
  /** v = α ε - σ f; (ε - ε̂)² = α² (v - v̂)². */
  V {
    @Override
    <T extends TFloating> Operand<T> squaredError(Maths<T> m, NoisySignal<T> z, Operand<T> output) {
      Operand<T> alpha = z.level().alpha();
      Operand<T> v = m.sub(m.mul(alpha, z.noise()), m.mul(z.level().sigma(), z.signal()));
      return m.mul(m.square(alpha), m.square(m.sub(v, output)));
    }

    /** ε̂ = α v̂ + σ z. */
    @Override
    <T extends TFloating> Operand<T> noise(
        Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
      return m.add(m.mul(at.alpha(), output), m.mul(at.sigma(), z));
    }

    @Override
    <T extends TFloating> Operand<T> velocity(
        Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
      return output;
    }

    /** α σ v̂. */
    @Override
    <T extends TFloating> Operand<T> flow(
        Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
      return m.mul(m.mul(at.alpha(), at.sigma()), output);
    }
  },
  /** The noise ε. */
  EPSILON {
    @Override
    <T extends TFloating> Operand<T> squaredError(Maths<T> m, NoisySignal<T> z, Operand<T> output) {
      return m.square(m.sub(z.noise(), output));
    }

    @Override
    <T extends TFloating> Operand<T> noise(
        Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
      return output;
    }
  },
  /** The signal f; (ε - ε̂)² = ν (f - f̂)². */
  X {
    @Override
    <T extends TFloating> Operand<T> squaredError(Maths<T> m, NoisySignal<T> z, Operand<T> output) {
      return m.mul(m.exp(m.neg(z.level().gamma())), m.square(m.sub(z.signal(), output)));
    }

    /** ε̂ = (z - α f̂) / σ. */
    @Override
    <T extends TFloating> Operand<T> noise(
        Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
      return m.div(m.sub(z, m.mul(at.alpha(), output)), at.sigma());
    }

    /** α (α z - f̂): without the division by σ, which is small at the end. */
    @Override
    <T extends TFloating> Operand<T> flow(
        Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
      return m.mul(at.alpha(), m.sub(m.mul(at.alpha(), z), output));
    }
  },
  /** The noise, as a velocity: v̂ = (ε̂ - σ z) / α. */
  V_FROM_EPSILON {
    @Override
    <T extends TFloating> Operand<T> squaredError(Maths<T> m, NoisySignal<T> z, Operand<T> output) {
      // σ/α = exp(γ/2) and 1/α = √(1 + exp γ), as the published code has them
      Operand<T> perAlpha = m.sqrt(m.add(m.exp(z.level().gamma()), 1));
      Operand<T> toNoise = m.exp(m.mul(z.level().gamma(), 0.5));
      Operand<T> v = m.sub(m.mul(perAlpha, output), m.mul(toNoise, z.value()));
      return V.squaredError(m, z, v);
    }

    @Override
    <T extends TFloating> Operand<T> noise(
        Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
      return output;
    }
  };

  /**
   * (ε - ε̂)² for each pixel [B,H,W,C].
   *
   * @param output of the score network [B,H,W,C]
   */
  abstract <T extends TFloating> Operand<T> squaredError(
      Maths<T> m, NoisySignal<T> z, Operand<T> output);

  /**
   * The noise ε̂ [B,H,W,C] that an output stands for.
   *
   * @param z the noisy signal [B,H,W,C]
   */
  abstract <T extends TFloating> Operand<T> noise(
      Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output);

  /** v̂ = (ε̂ - σ z) / α [B,H,W,C]. */
  <T extends TFloating> Operand<T> velocity(
      Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
    return m.div(m.sub(noise(m, at, z, output), m.mul(at.sigma(), z)), at.alpha());
  }

  /** The output that stands for a velocity v̂ [B,H,W,C]: the inverse of {@link #velocity}. */
  <T extends TFloating> Operand<T> ofVelocity(
      Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> v) {
    return switch (this) {
      case V -> v;
      case EPSILON, V_FROM_EPSILON -> V.noise(m, at, z, v);
      case X -> m.sub(m.mul(at.alpha(), z), m.mul(at.sigma(), v));
    };
  }

  /** σ (ε̂ - σ z) = α σ v̂ [B,H,W,C], which moves z along the probability flow. */
  <T extends TFloating> Operand<T> flow(
      Maths<T> m, NoiseLevel<T> at, Operand<T> z, Operand<T> output) {
    return m.mul(at.sigma(), m.sub(noise(m, at, z, output), m.mul(at.sigma(), z)));
  }

  static Prediction of(LossConfig c) {
    return switch (c.prediction()) {
      case V -> V;
      case EPSILON -> EPSILON;
      case X -> X;
      case V_FROM_EPSILON -> V_FROM_EPSILON;
    };
  }
}
