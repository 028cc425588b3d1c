package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * A signal at a noise level: z = α f + σ ε. All [B,H,W,C].
 *
 * @param value z
 */
record NoisySignal<T extends TFloating>(
    Operand<T> signal, Operand<T> noise, NoiseLevel<T> level, Operand<T> value) {

  /** The same in another precision. */
  <U extends TFloating> NoisySignal<U> in(Maths<U> m) {
    return new NoisySignal<>(m.cast(signal), m.cast(noise), level.in(m), m.cast(value));
  }

  static <T extends TFloating> NoisySignal<T> at(
      Maths<T> m, NoiseLevel<T> level, Operand<T> signal, Operand<T> noise) {
    Operand<T> z = m.add(m.mul(level.alpha(), signal), m.mul(level.sigma(), noise));
    return new NoisySignal<>(signal, noise, level, z);
  }
}
