package io.mulan.diffusion;

import io.mulan.config.NetworkConfig;
import io.mulan.config.RunConfig;
import io.mulan.nn.Net;
import io.mulan.nn.UNet;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** The U-Net that is trained, told how noisy its input is. */
final class ScoreNetwork implements Denoiser {
  private final NetworkConfig.Kind kind;
  private final double gammaMin;
  private final double range;
  private final UNet network;

  ScoreNetwork(RunConfig config, UNet network) {
    this.kind = config.network().kind();
    this.gammaMin = config.schedule().gammaMin();
    this.range = config.schedule().gammaMax() - gammaMin;
    this.network = network;
  }

  @Override
  public <T extends TFloating> Operand<T> output(
      Net<T> net, Operand<T> z, Operand<TFloat64> gamma, Operand<T> conditioning) {
    Maths<T> m = net.m();
    Operand<T> tau = m.cast(tau(m.doubles(), gamma));
    boolean oneForAll = tau.rank() > 2 && tau.shape().get(3) != z.shape().get(3);
    Operand<T> times = oneForAll ? m.add(tau, m.ops().zerosLike(z)) : tau;
    return network.score(net.in(DiffusionModel.NETWORK), z, times, conditioning);
  }

  /**
   * Where γ is between the configured ends, as far as the network is told: the mean over the image
   * [B,1], or every pixel's [B,H,W,C].
   */
  private Operand<TFloat64> tau(Maths<TFloat64> d, Operand<TFloat64> gamma) {
    Operand<TFloat64> told =
        switch (kind) {
          case VDM -> d.reshape(d.meanPerImage(gamma), -1, 1);
          case PER_PIXEL -> gamma;
        };
    return d.div(d.add(told, -gammaMin), d.constant(range));
  }
}
