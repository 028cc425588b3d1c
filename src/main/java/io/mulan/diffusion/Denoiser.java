package io.mulan.diffusion;

import io.mulan.nn.Net;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** What predicts, from a noisy signal, the quantity that {@code loss.prediction} names. */
@FunctionalInterface
public interface Denoiser {

  /**
   * The prediction [B,H,W,C].
   *
   * @param net the place of the whole model
   * @param z noisy signal [B,H,W,C]
   * @param gamma [B,H,W,C] or [B,1,1,1]
   * @param conditioning [B,k]
   */
  <T extends TFloating> Operand<T> output(
      Net<T> net, Operand<T> z, Operand<TFloat64> gamma, Operand<T> conditioning);
}
