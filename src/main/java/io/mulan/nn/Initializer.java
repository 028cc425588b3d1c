package io.mulan.nn;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.Constant;
import org.tensorflow.framework.initializers.TruncatedNormal;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** The distribution that a weight starts from. */
public enum Initializer {
  ZEROS,
  ONES,
  /**
   * Normal of variance 1/fan-in, cut at two standard deviations (LeCun et al., "Efficient
   * BackProp", 1998).
   *
   * <p>Not the framework's own {@code LeCun}: that counts the input channels of a convolution
   * twice.
   */
  LECUN_NORMAL;

  /** The standard deviation of a standard normal after it is cut at two. */
  private static final double CUT_DEVIATION = 0.8796256610342398;

  /**
   * The initial value.
   *
   * @param shape [..., inputs, outputs] for {@code LECUN_NORMAL}
   * @param seed one for each weight
   */
  public <T extends TFloating> Operand<T> value(Maths<T> m, Shape shape, long seed) {
    Ops tf = m.ops();
    var dims = tf.constant(shape.asArray());
    return switch (this) {
      case ZEROS -> new Constant<T>(0.0).call(tf, dims, m.type());
      case ONES -> new Constant<T>(1.0).call(tf, dims, m.type());
      case LECUN_NORMAL -> {
        long fanIn = shape.size() / shape.get(-1);
        double deviation = Math.sqrt(1.0 / fanIn) / CUT_DEVIATION;
        yield new TruncatedNormal<T>(0, deviation, seed).call(tf, dims, m.type());
      }
    };
  }
}
