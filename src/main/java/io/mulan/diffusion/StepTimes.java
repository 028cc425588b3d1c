package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** The times of a chain of T steps from noise to image: 1, (T-1)/T, ..., 0. */
public final class StepTimes {
  private StepTimes() {}

  /**
   * The time before step i: (T - i) / T (scalar).
   *
   * @param steps T
   */
  public static <T extends TFloating> Operand<T> time(
      Maths<T> m, Operand<TInt32> i, Operand<TInt32> steps) {
    return m.div(m.cast(m.ops().math.sub(steps, i)), m.cast(steps));
  }
}
