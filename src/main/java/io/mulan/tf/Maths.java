package io.mulan.tf;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TNumber;

/**
 * Arithmetic on tensors of one floating type, in one graph.
 *
 * <p>The mathematics of this project is written once, for any type: training runs it in float32,
 * its proofs in float64. What is not here is reached through {@link #ops()}.
 *
 * @param <T> the floating type of every operand
 */
public final class Maths<T extends TFloating> {
  private final Ops tf;
  private final Class<T> type;
  private final Class<? extends TFloating> products;
  private final Map<Double, Operand<T>> constants;

  public Maths(Ops tf, Class<T> type) {
    this(tf, type, type, new HashMap<>());
  }

  private Maths(
      Ops tf,
      Class<T> type,
      Class<? extends TFloating> products,
      Map<Double, Operand<T>> constants) {
    this.tf = tf;
    this.type = type;
    this.products = products;
    this.constants = constants;
  }

  /** The same, naming its operations under {@code name}, so that a graph reads like the model. */
  public Maths<T> in(String name) {
    return new Maths<>(tf.withSubScope(name), type, products, constants);
  }

  /** The same in another graph, such as the body of a loop. */
  public Maths<T> with(Ops ops) {
    return new Maths<>(ops, type, products, new HashMap<>());
  }

  /** The same in double precision, for what rounding would spoil. */
  public Maths<TFloat64> doubles() {
    return new Maths<>(tf, TFloat64.class, TFloat64.class, new HashMap<>());
  }

  /**
   * The same with products in another precision: what convolutions and matrix products multiply is
   * rounded to it, sums within them are as exact as the hardware has them, and everything between
   * is as before.
   */
  public Maths<T> productsIn(Class<? extends TFloating> precision) {
    return new Maths<>(tf, type, precision, constants);
  }

  public Ops ops() {
    return tf;
  }

  public Class<T> type() {
    return type;
  }

  /** A scalar constant, made once. */
  public Operand<T> constant(double value) {
    return constants.computeIfAbsent(value, v -> vector(Shape.scalar(), v));
  }

  public Operand<T> vector(double... values) {
    return vector(Shape.of(values.length), values);
  }

  private Operand<T> vector(Shape shape, double... values) {
    if (type == TFloat32.class) {
      float[] floats = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        floats[i] = (float) values[i];
      }
      try (TFloat32 tensor = TFloat32.tensorOf(shape, t -> fill(t, floats))) {
        return cast(tf.constantOf(tensor));
      }
    }
    try (TFloat64 tensor = TFloat64.tensorOf(shape, t -> fill(t, values))) {
      return cast(tf.constantOf(tensor));
    }
  }

  private static void fill(TFloat32 tensor, float[] values) {
    tensor.asRawTensor().data().asFloats().write(values);
  }

  private static void fill(TFloat64 tensor, double[] values) {
    tensor.asRawTensor().data().asDoubles().write(values);
  }

  /** Converts to this type; nothing happens where it is that type already. */
  @SuppressWarnings("unchecked")
  public Operand<T> cast(Operand<? extends TNumber> x) {
    return x.type() == type ? (Operand<T>) x : tf.dtypes.cast(x, type);
  }

  public Operand<T> add(Operand<T> a, Operand<T> b) {
    return tf.math.add(a, b);
  }

  public Operand<T> add(Operand<T> a, double b) {
    return tf.math.add(a, constant(b));
  }

  public Operand<T> sub(Operand<T> a, Operand<T> b) {
    return tf.math.sub(a, b);
  }

  public Operand<T> mul(Operand<T> a, Operand<T> b) {
    return tf.math.mul(a, b);
  }

  public Operand<T> mul(Operand<T> a, double b) {
    return tf.math.mul(a, constant(b));
  }

  /** The product of two matrices. */
  public Operand<T> matMul(Operand<T> a, Operand<T> b) {
    return cast(matMul(a, b, products));
  }

  private <U extends TFloating> Operand<U> matMul(Operand<T> a, Operand<T> b, Class<U> precision) {
    return tf.linalg.matMul(rounded(a, precision), rounded(b, precision));
  }

  /**
   * Products of matrices [B,m,k] and [B,k,n]: [B,m,n].
   *
   * @param transposed whether the second ones are [B,n,k]
   */
  public Operand<T> batchMatMul(Operand<T> a, Operand<T> b, boolean transposed) {
    return cast(batchMatMul(a, b, transposed, products));
  }

  private <U extends TFloating> Operand<U> batchMatMul(
      Operand<T> a, Operand<T> b, boolean transposed, Class<U> precision) {
    return tf.train.batchMatMul(
        rounded(a, precision), rounded(b, precision), precision, BatchMatMul.adjY(transposed));
  }

  /** A convolution with stride one and zero padding: [B,H,W,in] by [h,w,in,out] to [B,H,W,out]. */
  public Operand<T> conv2d(Operand<T> x, Operand<T> kernel) {
    return cast(conv2d(x, kernel, products));
  }

  private <U extends TFloating> Operand<U> conv2d(
      Operand<T> x, Operand<T> kernel, Class<U> precision) {
    return tf.nn.conv2d(
        rounded(x, precision), rounded(kernel, precision), List.of(1L, 1L, 1L, 1L), "SAME");
  }

  @SuppressWarnings("unchecked")
  private <U extends TFloating> Operand<U> rounded(Operand<T> x, Class<U> precision) {
    return precision == type ? (Operand<U>) x : tf.dtypes.cast(x, precision);
  }

  public Operand<T> div(Operand<T> a, Operand<T> b) {
    return tf.math.div(a, b);
  }

  public Operand<T> neg(Operand<T> x) {
    return tf.math.neg(x);
  }

  public Operand<T> square(Operand<T> x) {
    return tf.math.square(x);
  }

  public Operand<T> sqrt(Operand<T> x) {
    return tf.math.sqrt(x);
  }

  public Operand<T> exp(Operand<T> x) {
    return tf.math.exp(x);
  }

  public Operand<T> log(Operand<T> x) {
    return tf.math.log(x);
  }

  public Operand<T> sigmoid(Operand<T> x) {
    return tf.math.sigmoid(x);
  }

  public Operand<T> softplus(Operand<T> x) {
    return tf.math.softplus(x);
  }

  /** Sum over the axes given, which disappear. */
  public Operand<T> sum(Operand<T> x, int... axes) {
    return tf.sum(x, tf.constant(axes));
  }

  /** Sum over the axes given, which stay with length one. */
  public Operand<T> sumKeeping(Operand<T> x, int... axes) {
    return tf.sum(x, tf.constant(axes), Sum.keepDims(true));
  }

  public Operand<T> mean(Operand<T> x, int... axes) {
    return tf.math.mean(x, tf.constant(axes));
  }

  public Operand<T> meanKeeping(Operand<T> x, int... axes) {
    return tf.math.mean(x, tf.constant(axes), Mean.keepDims(true));
  }

  public Operand<T> maxKeeping(Operand<T> x, int... axes) {
    return tf.max(x, tf.constant(axes), Max.keepDims(true));
  }

  /** Least value of everything but the batch: [B,...] to [B]. */
  public Operand<T> minPerImage(Operand<T> x) {
    return tf.min(x, tf.constant(allAxesBut(x, 0)));
  }

  /** Sum over everything but the batch: [B,...] to [B]. */
  public Operand<T> sumPerImage(Operand<T> x) {
    return sum(x, allAxesBut(x, 0));
  }

  /** Mean over everything but the batch: [B,...] to [B]. */
  public Operand<T> meanPerImage(Operand<T> x) {
    return mean(x, allAxesBut(x, 0));
  }

  private static int[] allAxesBut(Operand<?> x, int kept) {
    int[] axes = new int[x.rank() - 1];
    Arrays.setAll(axes, i -> i < kept ? i : i + 1);
    return axes;
  }

  /** Reshapes; one dimension may be -1. */
  public Operand<T> reshape(Operand<T> x, long... dimensions) {
    return tf.reshape(x, tf.constant(dimensions));
  }

  /** Rows of a batch, flat: [B,...] to [B,n]. */
  public Operand<T> flatten(Operand<T> x) {
    return reshape(x, -1, rowSize(x));
  }

  private static long rowSize(Operand<?> x) {
    long size = 1;
    for (int i = 1; i < x.rank(); i++) {
      size *= x.shape().get(i);
    }
    return size;
  }

  public Operand<T> concat(int axis, List<Operand<T>> parts) {
    return tf.concat(parts, tf.constant(axis));
  }

  /** The values at one position of the last axis of a matrix: [B,n] to [B,1]. */
  public Operand<T> column(Operand<T> x, int index) {
    return columns(x, index, 1);
  }

  /** The values at some positions of the last axis of a matrix: [B,n] to [B,count]. */
  public Operand<T> columns(Operand<T> x, int first, int count) {
    return tf.slice(x, tf.constant(new int[] {0, first}), tf.constant(new int[] {-1, count}));
  }

  /** Zeros [batch,n]. */
  public Operand<T> zeros(Operand<TInt32> batch, int n) {
    return tf.fill(tf.stack(List.of(batch, tf.constant(n))), constant(0));
  }

  /** The value, constant for every derivative. */
  public Operand<T> constantFor(Operand<T> x) {
    return tf.stopGradient(x);
  }

  public Operand<TInt32> shapeOf(Operand<T> x) {
    return tf.shape(x);
  }
}
