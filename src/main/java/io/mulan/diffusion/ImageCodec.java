package io.mulan.diffusion;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * Between the levels 0..V-1 of an image and its signal in (-1,1) (Kingma et al. 2021, section 3.3
 * and appendix).
 *
 * @param levels V, the size of the vocabulary
 */
public record ImageCodec(int levels) {

  /** f = 2 (x + ½) / V - 1: [B,H,W,C] to [B,H,W,C]. */
  public <T extends TFloating> Operand<T> encode(Maths<T> m, Operand<TUint8> images) {
    return m.add(m.mul(m.add(m.cast(images), 0.5), 2.0 / levels), -1);
  }

  /**
   * log p(x | z_0) in nats, the pixels being independent given z_0.
   *
   * @param signal f of the image [B,H,W,C]
   * @param rescaled z_0 / α_0 [B,H,W,C]
   * @param gamma0 γ(0) [B,H,W,C]
   * @return [B]
   */
  public <T extends TFloating> Operand<T> logProbability(
      Maths<T> m, Operand<T> signal, Operand<T> rescaled, Operand<T> gamma0) {
    Operand<T> precision = m.exp(m.mul(gamma0, -0.5)); // 1 / deviation
    Operand<T> own = logit(m, m.sub(rescaled, signal), precision);
    long[] shape = signal.shape().asArray();
    Operand<T> all =
        logit(
            m,
            m.sub(m.reshape(rescaled, -1, shape[1], shape[2], shape[3], 1), m.vector(centres())),
            m.reshape(precision, -1, shape[1], shape[2], shape[3], 1)); // [B, H, W, C, V]
    // log-sum-exp from the largest logit, which would underflow alone where the levels lie far from
    // z_0.
    Operand<T> largest = m.constantFor(m.maxKeeping(all, 4));
    Operand<T> sum = m.sum(m.exp(m.sub(all, largest)), 4);
    Operand<T> partition = m.add(m.log(sum), m.reshape(largest, -1, shape[1], shape[2], shape[3]));
    return m.sumPerImage(m.sub(own, partition));
  }

  private static <T extends TFloating> Operand<T> logit(
      Maths<T> m, Operand<T> distance, Operand<T> precision) {
    return m.mul(m.square(m.mul(distance, precision)), -0.5);
  }

  /** The signals of all levels. */
  double[] centres() {
    double[] centres = new double[levels];
    for (int v = 0; v < levels; v++) {
      centres[v] = 2 * (v + 0.5) / levels - 1;
    }
    return centres;
  }
}
