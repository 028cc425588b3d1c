package io.mulan.nn;

import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** Fixed features of times and pixels. */
final class Embeddings {
  private static final double TIME_SCALE = 1000;
  private static final double LONGEST_PERIOD = 10000;

  private Embeddings() {}

  /**
   * Sines, then cosines, of each time at frequencies from 1000 down to 0.1 (Vaswani et al. 2017):
   * [...,n] to [...,n size], those of one time together.
   *
   * @param size at least 4; an odd one ends in a zero
   */
  static <T extends TFloating> Operand<T> time(Maths<T> m, Operand<T> tau, int size) {
    int half = size / 2;
    double[] frequencies = new double[half];
    for (int j = 0; j < half; j++) {
      frequencies[j] = Math.exp(-j * Math.log(LONGEST_PERIOD) / (half - 1));
    }
    Operand<T> angles =
        m.mul(m.reshape(m.mul(tau, TIME_SCALE), -1, 1), m.vector(frequencies)); // [all, half]
    var tf = m.ops();
    Operand<T> waves = m.concat(1, List.of(tf.math.sin(angles), tf.math.cos(angles)));
    if (size % 2 != 0) {
      waves = tf.pad(waves, tf.constant(new int[][] {{0, 0}, {0, 1}}), m.constant(0));
    }
    long[] shape = tau.shape().asArray();
    shape[0] = -1;
    shape[shape.length - 1] *= size;
    return m.reshape(waves, shape);
  }

  /**
   * An image with the sines and cosines of its values at 2^e turns a unit (Kingma et al. 2021,
   * appendix C), which show the network the fine detail that a likelihood needs: [B,H,W,C] to
   * [B,H,W,C(1 + 2 exponents)].
   */
  static <T extends TFloating> Operand<T> withFourier(
      Maths<T> m, Operand<T> z, List<Double> exponents) {
    if (exponents.isEmpty()) {
      return z;
    }
    var tf = m.ops();
    double[] factors = exponents.stream().mapToDouble(e -> Math.pow(2, e)).toArray();
    long[] shape = z.shape().asArray();
    long channels = shape[3];
    Operand<T> turns = m.mul(m.reshape(z, -1, shape[1], shape[2], channels, 1), m.vector(factors));
    // Whole turns are dropped before π comes in: its rounding would grow with them.
    Operand<T> part = m.sub(turns, m.constantFor(tf.math.rint(turns)));
    Operand<T> angles = m.mul(part, 2 * Math.PI);
    angles = m.reshape(angles, -1, shape[1], shape[2], channels * factors.length);
    return m.concat(3, List.of(z, tf.math.sin(angles), tf.math.cos(angles)));
  }
}
