package io.mulan.diffusion;

import io.mulan.tf.Maths;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * What a model is conditioned on for each image, in addition to the latent.
 *
 * @param size k, how many numbers
 * @param values [B,k]; empty if there are none, or until they are given
 */
record ConditionValues(int size, Optional<Operand<TFloat32>> values) {

  /** Values that are not given yet. */
  static ConditionValues unknown(int size) {
    return new ConditionValues(size, Optional.empty());
  }

  ConditionValues of(Operand<TFloat32> given) {
    return new ConditionValues(size, Optional.of(given));
  }

  /**
   * The values [B,k] in the precision of m; empty if there are none.
   *
   * @throws IllegalStateException if the model needs values and has not been given any
   */
  <T extends TFloating> Optional<Operand<T>> in(Maths<T> m) {
    if (size > 0 && values.isEmpty()) {
      throw new IllegalStateException("the conditions of these images are not given");
    }
    return values.map(m::cast);
  }

  /** c [B,m] followed by the values: [B,m+k]. */
  <T extends TFloating> Operand<T> after(Maths<T> m, Operand<T> c) {
    return in(m).map(given -> m.concat(1, List.of(c, given))).orElse(c);
  }

  /** The same for a batch that has all images twice. */
  ConditionValues twice(Maths<?> m) {
    return new ConditionValues(
        size, values.map(given -> m.ops().concat(List.of(given, given), m.ops().constant(0))));
  }
}
