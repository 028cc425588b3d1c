package io.mulan.nn;

import static io.mulan.nn.Initializer.LECUN_NORMAL;
import static io.mulan.nn.Initializer.ONES;
import static io.mulan.nn.Initializer.ZEROS;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.framework.activations.Swish;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/** The layers that the networks share. Images are [B,H,W,C], in signal units. */
public final class Layers {
  private static final double GROUP_NORM_EPSILON = 1e-6;

  private Layers() {}

  public static <T extends TFloating> Operand<T> swish(Net<T> net, Operand<T> x) {
    return Swish.swish(net.m().ops(), x);
  }

  /** A linear map of the last axis: [...,in] to [...,out]. */
  public static <T extends TFloating> Operand<T> dense(Net<T> net, Operand<T> x, long out) {
    return dense(net, x, out, LECUN_NORMAL);
  }

  public static <T extends TFloating> Operand<T> dense(
      Net<T> net, Operand<T> x, long out, Initializer kernel) {
    return bias(net, linear(net, x, out, kernel), out);
  }

  /** {@link #dense} without a bias. */
  static <T extends TFloating> Operand<T> linear(
      Net<T> net, Operand<T> x, long out, Initializer initializer) {
    Maths<T> m = net.m();
    long in = x.shape().get(-1);
    Shape kernel = Shape.of(in, out);
    if (x.rank() == 2) {
      return net.product(x, "kernel", kernel, initializer);
    }
    Operand<T> rows = net.product(m.reshape(x, -1, in), "kernel", kernel, initializer);
    long[] shape = x.shape().asArray();
    shape[shape.length - 1] = out;
    return m.reshape(rows, shape);
  }

  /** {@link #dense} with the magnitudes of its kernel: increasing in every input. */
  public static <T extends TFloating> Operand<T> monotone(
      Net<T> net, Operand<T> x, long out, Initializer initializer, Initializer bias) {
    Operand<T> shift = net.weight("bias", Shape.of(out), bias);
    return net.m().ops().nn.biasAdd(monotone(net, x, out, initializer), shift);
  }

  /** {@link #monotone} without a bias. */
  public static <T extends TFloating> Operand<T> monotone(
      Net<T> net, Operand<T> x, long out, Initializer initializer) {
    var tf = net.m().ops();
    Operand<T> kernel = net.weight("kernel", Shape.of(x.shape().get(-1), out), initializer);
    // The magnitude, with a gradient at zero, where that of abs is zero and would stay so.
    return tf.linalg.matMul(x, tf.math.maximum(kernel, tf.math.neg(kernel)));
  }

  private static <T extends TFloating> Operand<T> bias(Net<T> net, Operand<T> x, long out) {
    Operand<T> bias = net.weight("bias", Shape.of(out), ZEROS);
    return net.m().ops().nn.biasAdd(x, bias);
  }

  /** A 3×3 convolution, stride one, zero padding: [B,H,W,in] to [B,H,W,out]. */
  static <T extends TFloating> Operand<T> conv(
      Net<T> net, Operand<T> x, long out, Initializer initializer) {
    Operand<T> kernel = net.weight("kernel", Shape.of(3, 3, x.shape().get(-1), out), initializer);
    return bias(net, net.m().conv2d(x, kernel), out);
  }

  /** The same with a kernel that starts at random. */
  public static <T extends TFloating> Operand<T> conv(Net<T> net, Operand<T> x, long out) {
    return conv(net, x, out, LECUN_NORMAL);
  }

  /**
   * Group normalisation over height, width and the channels of a group (Wu, He 2018), [B,H,W,C].
   *
   * <p>Mean and variance become a scale and a shift for each channel, so that the image is passed
   * over once to measure and once to apply.
   */
  static <T extends TFloating> Operand<T> groupNorm(Net<T> net, Operand<T> x, int groups) {
    Maths<T> m = net.m();
    long channels = x.shape().get(-1);
    Operand<T> scale = net.weight("scale", Shape.of(channels), ONES);
    Operand<T> shift = net.weight("bias", Shape.of(channels), ZEROS);
    long perGroup = channels / groups;
    double count = (double) x.shape().get(1) * x.shape().get(2) * perGroup;
    Operand<T> mean = m.mul(overGroup(m, m.sum(x, 1, 2), groups, perGroup), 1 / count);
    Operand<T> meanSquare =
        m.mul(overGroup(m, m.sum(m.square(x), 1, 2), groups, perGroup), 1 / count);
    // E[x²] - E[x]² may round below zero.
    Operand<T> variance = m.ops().math.maximum(m.sub(meanSquare, m.square(mean)), m.constant(0));
    Operand<T> deviation = m.sqrt(m.add(variance, GROUP_NORM_EPSILON)); // [B, groups, 1]
    Operand<T> factor =
        m.div(m.reshape(scale, 1, groups, perGroup), deviation); // [B, groups, C / groups]
    Operand<T> offset = m.sub(m.reshape(shift, 1, groups, perGroup), m.mul(mean, factor));
    return m.add(
        m.mul(x, m.reshape(factor, -1, 1, 1, channels)), m.reshape(offset, -1, 1, 1, channels));
  }

  /** Sums of channels [B,C] to sums of groups [B,groups,1]. */
  private static <T extends TFloating> Operand<T> overGroup(
      Maths<T> m, Operand<T> sums, long groups, long perGroup) {
    return m.sumKeeping(m.reshape(sums, -1, groups, perGroup), 2);
  }
}
