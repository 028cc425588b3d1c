package io.mulan.diffusion;

import io.mulan.config.NetworkConfig;
import io.mulan.config.RunConfig;
import io.mulan.nn.Net;
import io.mulan.nn.UNet;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** The U-Net that is trained, conditioned on how noisy its input is. */
final class ScoreNetwork implements Denoiser {
  private final NetworkConfig c;
  private final Prediction prediction;
  private final double gammaMin;
  private final double range;
  private final UNet network;

  /** What the model is given of an image: it says something from the start, unlike a latent. */
  private final int conditions;

  ScoreNetwork(RunConfig config, UNet network) {
    this.c = config.network();
    this.prediction = Prediction.of(config.loss());
    this.gammaMin = config.schedule().gammaMin();
    this.range = config.schedule().gammaMax() - gammaMin;
    this.network = network;
    this.conditions = config.data().conditions();
  }

  @Override
  public <T extends TFloating> Operand<T> output(
      Net<T> net, Operand<T> z, Operand<TFloat64> gamma, Operand<T> conditioning) {
    Maths<T> m = net.m();
    Operand<T> tau = m.cast(tau(m.doubles(), gamma));
    boolean oneForAll = tau.rank() > 2 && tau.shape().get(3) != z.shape().get(3);
    Operand<T> times = oneForAll ? m.add(tau, m.ops().zerosLike(z)) : tau;
    int latent = (int) conditioning.shape().get(1) - conditions;
    Operand<T> f = network.score(net.in(DiffusionModel.NETWORK), z, times, conditioning, latent);
    return switch (c.preconditioning()) {
      case NONE -> m.add(f, z);
      case LINEAR -> preconditioned(m, z, gamma, f);
    };
  }

  /**
   * v̂ = α σ (1 - s²)/D z + s/√D F with D = α² s² + σ², as the quantity that is predicted. The
   * first part is E[v|z] for independent normal pixels of variance s², and s/√D the deviation of v
   * from it, so that F has unit variance at every noise level of every pixel (the idea of Karras et
   * al. 2022, section 5, for variance-preserving noise).
   *
   * @param f [B,H,W,C]
   */
  private <T extends TFloating> Operand<T> preconditioned(
      Maths<T> m, Operand<T> z, Operand<TFloat64> gamma, Operand<T> f) {
    Maths<TFloat64> d = m.doubles();
    NoiseLevel<TFloat64> level = NoiseLevel.of(d, gamma);
    double power = c.power();
    Operand<TFloat64> variance =
        d.add(d.mul(d.square(level.alpha()), power), d.square(level.sigma()));
    Operand<TFloat64> linear =
        d.div(d.mul(d.mul(level.alpha(), level.sigma()), 1 - power), variance);
    Operand<TFloat64> scale = d.div(d.constant(Math.sqrt(power)), d.sqrt(variance));
    Operand<T> v = m.add(m.mul(m.cast(linear), z), m.mul(m.cast(scale), f));
    return prediction.ofVelocity(m, level.in(m), z, v);
  }

  /**
   * Where γ is between the configured ends, as far as the network sees it: the mean over the image
   * [B,1], or every pixel's [B,H,W,C].
   */
  private Operand<TFloat64> tau(Maths<TFloat64> d, Operand<TFloat64> gamma) {
    Operand<TFloat64> seen =
        switch (c.kind()) {
          case VDM -> d.reshape(d.meanPerImage(gamma), -1, 1);
          case PER_PIXEL -> gamma;
        };
    return d.div(d.add(seen, -gammaMin), d.constant(range));
  }
}
