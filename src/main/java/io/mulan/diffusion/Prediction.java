package io.mulan.diffusion;

import io.mulan.config.LossConfig;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * What the score network predicts, and the diffusion integrand in its own terms. All are the same
 * integrand once the network's output is converted (Kingma et al. 2021, section 4; Salimans, Ho
 * 2022).
 */
enum Prediction {
  /** v = α ε - σ f. */
  V {
    @Override
    <T extends TFloating> Operand<T> integrand(Maths<T> m, NoisySignal<T> z, Operand<T> output) {
      Operand<T> v = m.sub(m.mul(z.alpha(), z.noise()), m.mul(z.sigma(), z.signal()));
      return m.mul(m.square(z.alpha()), m.square(m.sub(v, output)));
    }
  },
  /** The noise ε. */
  EPSILON {
    @Override
    <T extends TFloating> Operand<T> integrand(Maths<T> m, NoisySignal<T> z, Operand<T> output) {
      return m.square(m.sub(z.noise(), output));
    }
  };

  /**
   * The factor of ½ γ'(t) in the diffusion integrand, for each pixel [B,H,W,C].
   *
   * @param output of the score network [B,H,W,C]
   */
  abstract <T extends TFloating> Operand<T> integrand(
      Maths<T> m, NoisySignal<T> z, Operand<T> output);

  static Prediction of(LossConfig c) {
    return switch (c.prediction()) {
      case V -> V;
      case EPSILON -> EPSILON;
    };
  }
}
