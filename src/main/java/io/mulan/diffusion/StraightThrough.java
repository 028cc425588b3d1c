package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** Discrete values whose gradients are those of something continuous. */
final class StraightThrough {
  private StraightThrough() {}

  /** The value of {@code hard}, exactly, and the gradient of {@code soft}. */
  static <T extends TFloating> Operand<T> of(Maths<T> m, Operand<T> hard, Operand<T> soft) {
    return m.add(m.constantFor(hard), m.sub(soft, m.constantFor(soft)));
  }

  /**
   * The centred rows over their norms: what identity with projection differentiates (Sahoo et al.
   * 2023, section 3.2).
   *
   * @param x [B,m]
   */
  static <T extends TFloating> Operand<T> projected(Maths<T> m, Operand<T> x) {
    Operand<T> centred = m.sub(x, m.meanKeeping(x, 1));
    return m.div(centred, m.sqrt(m.sumKeeping(m.square(centred), 1)));
  }

  /** One where a value is among the k largest of its row (more than k with ties), else zero. */
  static <T extends TFloating> Operand<T> largest(Maths<T> m, Operand<T> x, int k) {
    Ops tf = m.ops();
    Operand<T> fixed = m.constantFor(x);
    Operand<T> top = tf.nn.topK(fixed, tf.constant(k), TInt32.class).values();
    return m.cast(tf.dtypes.cast(tf.math.greaterEqual(fixed, m.column(top, k - 1)), m.type()));
  }
}
