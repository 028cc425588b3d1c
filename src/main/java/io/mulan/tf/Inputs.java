package io.mulan.tf;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** What a graph is given from outside. */
public final class Inputs {
  private Inputs() {}

  /** A tensor of this type and shape, in which -1 is any number. */
  public static <T extends TType> Operand<T> of(Ops tf, String name, Class<T> type, long... shape) {
    return tf.withName(name).placeholder(type, Placeholder.shape(Shape.of(shape)));
  }

  /** A whole number. */
  public static Operand<TInt64> scalar(Ops tf, String name) {
    return of(tf, name, TInt64.class);
  }

  /** The length of the first axis (scalar). */
  public static Operand<TInt32> count(Ops tf, Operand<?> x) {
    Operand<TInt32> first =
        tf.slice(tf.shape(x), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    return tf.reshape(first, tf.constant(new int[0]));
  }
}
