package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * A signal at a noise level: z = α f + σ ε, with α² = sigmoid(-γ) and σ² = sigmoid(γ). All
 * [B,H,W,C]; γ, α and σ of a schedule that is the same for all pixels [B,1,1,1].
 *
 * @param value z
 */
record NoisySignal<T extends TFloating>(
    Operand<T> signal,
    Operand<T> noise,
    Operand<T> gamma,
    Operand<T> alpha,
    Operand<T> sigma,
    Operand<T> value) {

  /** The same in another precision. */
  <U extends TFloating> NoisySignal<U> in(Maths<U> m) {
    return new NoisySignal<>(
        m.cast(signal), m.cast(noise), m.cast(gamma), m.cast(alpha), m.cast(sigma), m.cast(value));
  }

  static <T extends TFloating> NoisySignal<T> at(
      Maths<T> m, Operand<T> gamma, Operand<T> signal, Operand<T> noise) {
    Operand<T> alpha = m.sqrt(m.sigmoid(m.neg(gamma)));
    Operand<T> sigma = m.sqrt(m.sigmoid(gamma));
    Operand<T> z = m.add(m.mul(alpha, signal), m.mul(sigma, noise));
    return new NoisySignal<>(signal, noise, gamma, alpha, sigma, z);
  }
}
