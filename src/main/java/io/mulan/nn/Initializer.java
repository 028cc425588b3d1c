package io.mulan.nn;

import io.mulan.tf.Maths;
import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.framework.initializers.Constant;
import org.tensorflow.framework.initializers.RandomNormal;
import org.tensorflow.framework.initializers.TruncatedNormal;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/** The distribution that a weight starts from. */
public sealed interface Initializer {
  Initializer ZEROS = new Same(0);
  Initializer ONES = new Same(1);
  Initializer LECUN_NORMAL = new LeCunNormal();

  /**
   * The initial value.
   *
   * @param seed one for each weight
   */
  <T extends TFloating> Operand<T> value(Maths<T> m, Shape shape, long seed);

  /** The same number everywhere. */
  record Same(double number) implements Initializer {
    @Override
    public <T extends TFloating> Operand<T> value(Maths<T> m, Shape shape, long seed) {
      return new Constant<T>(number).call(m.ops(), dims(m, shape), m.type());
    }
  }

  /** Normal around zero. */
  record Normal(double deviation) implements Initializer {
    @Override
    public <T extends TFloating> Operand<T> value(Maths<T> m, Shape shape, long seed) {
      return new RandomNormal<T>(0, deviation, seed).call(m.ops(), dims(m, shape), m.type());
    }
  }

  /**
   * Normal of variance 1/fan-in, cut at two standard deviations (LeCun et al., "Efficient
   * BackProp", 1998), for shapes [..., inputs, outputs].
   *
   * <p>Not the framework's own {@code LeCun}: that counts the input channels of a convolution
   * twice.
   */
  record LeCunNormal() implements Initializer {
    /** The standard deviation of a standard normal after it is cut at two. */
    private static final double CUT_DEVIATION = 0.8796256610342398;

    @Override
    public <T extends TFloating> Operand<T> value(Maths<T> m, Shape shape, long seed) {
      long fanIn = shape.size() / shape.get(-1);
      double deviation = Math.sqrt(1.0 / fanIn) / CUT_DEVIATION;
      return new TruncatedNormal<T>(0, deviation, seed).call(m.ops(), dims(m, shape), m.type());
    }
  }

  /** {@link LeCunNormal}, but zero for {@code count} inputs from {@code from} on. */
  record WithoutInputs(long from, int count) implements Initializer {
    @Override
    public <T extends TFloating> Operand<T> value(Maths<T> m, Shape shape, long seed) {
      double[] seen = new double[(int) shape.get(0)];
      Arrays.fill(seen, 1);
      Arrays.fill(seen, (int) from, (int) from + count, 0);
      return m.mul(LECUN_NORMAL.value(m, shape, seed), m.reshape(m.vector(seen), -1, 1));
    }
  }

  /** A multiple of what another gives. */
  record Times(double factor, Initializer other) implements Initializer {
    @Override
    public <T extends TFloating> Operand<T> value(Maths<T> m, Shape shape, long seed) {
      return m.mul(other.value(m, shape, seed), factor);
    }
  }

  private static <T extends TFloating> Operand<TInt64> dims(Maths<T> m, Shape shape) {
    return m.ops().constant(shape.asArray());
  }
}
