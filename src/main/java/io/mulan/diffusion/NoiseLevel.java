package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * How noisy a signal is: γ, and α = √sigmoid(-γ), σ = √sigmoid(γ), so that α² + σ² = 1. Each
 * [B,H,W,C], or [B,1,1,1] of a schedule that is the same for all pixels.
 */
record NoiseLevel<T extends TFloating>(Operand<T> gamma, Operand<T> alpha, Operand<T> sigma) {

  static <T extends TFloating> NoiseLevel<T> of(Maths<T> m, Operand<T> gamma) {
    return new NoiseLevel<>(gamma, m.sqrt(m.sigmoid(m.neg(gamma))), m.sqrt(m.sigmoid(gamma)));
  }

  /** The same in another precision. */
  <U extends TFloating> NoiseLevel<U> in(Maths<U> m) {
    return new NoiseLevel<>(m.cast(gamma), m.cast(alpha), m.cast(sigma));
  }
}
