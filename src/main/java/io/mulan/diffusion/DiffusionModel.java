package io.mulan.diffusion;

import io.mulan.config.ImageShape;
import io.mulan.config.LatentConfig;
import io.mulan.config.RunConfig;
import io.mulan.nn.CnnEncoder;
import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.UNet;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * A MuLAN: encoder, latent, schedule and score network, and the variational bound they give (Sahoo
 * et al. 2024, section 3). A pure function of weights, images and noise: the caller says where each
 * comes from.
 */
public final class DiffusionModel {
  private final RunConfig config;
  private final ImageShape image;
  private final ImageCodec codec;
  private final Latent latent;
  private final NoiseSchedule schedule;
  private final Prediction prediction;
  private final UNet network;

  public DiffusionModel(RunConfig config, ImageShape image) {
    this.config = config;
    this.image = image;
    this.codec = new ImageCodec(config.data().levels());
    this.latent = Latent.of(config.latent());
    this.schedule = NoiseSchedule.of(config.schedule(), image);
    this.prediction = Prediction.of(config.loss());
    this.network = new UNet(config.network());
  }

  public ImageShape image() {
    return image;
  }

  /**
   * The terms of the bound, for each image.
   *
   * @param images levels [B,H,W,C]
   */
  public <T extends TFloating> BoundTerms<T> bound(
      Maths<T> m, Weights<T> weights, Dropout<T> dropout, Operand<TUint8> images, Noise<T> noise) {
    Net<T> net = new Net<>(m, weights, dropout, "");
    Operand<T> signal = codec.encode(m, images);
    Latent.Draw<T> c = latent.draw(net, logits(net, signal), noise.latent());
    NoiseSchedule.Path<T> path = schedule.path(net.in("gamma"), c.value());

    Operand<T> t = m.reshape(noise.times(), -1, 1); // [B, 1]
    Operand<T> gamma0 = pixels(m, path.gamma(m.ops().zerosLike(t)));
    Operand<T> gamma1 = pixels(m, path.gamma(m.ops().onesLike(t)));
    Operand<T> gamma = pixels(m, path.gamma(t));
    Operand<T> speed = pixels(m, path.derivative(m, t));

    NoisySignal<T> z = NoisySignal.at(m, gamma, signal, noise.diffusion());
    Operand<T> output = score(net, z.value(), gamma, c.value());
    Operand<T> integrand = m.mul(speed, prediction.integrand(m, z, output));
    return new BoundTerms<>(
        reconstruction(m, signal, gamma0, noise.reconstruction()),
        prior(m, signal, gamma1),
        c.kl(),
        m.mul(m.sumPerImage(integrand), 0.5));
  }

  /**
   * All the noise of a batch.
   *
   * @param times [B]
   */
  public <T extends TFloating> Noise<T> noise(
      StatelessRandom<T> random, Operand<TInt32> batch, Operand<T> times) {
    Ops tf = random.ops();
    Operand<TInt32> shape =
        tf.stack(
            List.of(
                batch,
                tf.constant(image.height()),
                tf.constant(image.width()),
                tf.constant(image.channels())));
    return new Noise<>(
        times,
        latent.noise(random, batch),
        random.normal("reconstruction", shape),
        random.normal("diffusion", shape));
  }

  /** The logits of q(c|x) [B,m]. */
  private <T extends TFloating> Operand<T> logits(Net<T> net, Operand<T> signal) {
    LatentConfig c = config.latent();
    Net<T> encoder = net.in("encoder_model");
    return switch (c.encoder()) {
      case UNET -> network.encode(encoder, signal, c.encoderLayers(), c.size());
      case CNN -> CnnEncoder.encode(encoder, signal, c.size());
    };
  }

  /** The score network's output at z, which knows of γ only its mean over the image. */
  private <T extends TFloating> Operand<T> score(
      Net<T> net, Operand<T> z, Operand<T> gamma, Operand<T> c) {
    Maths<T> m = net.m();
    double gammaMin = config.schedule().gammaMin();
    double range = config.schedule().gammaMax() - gammaMin;
    Operand<T> tau = m.mul(m.add(m.meanPerImage(gamma), -gammaMin), 1 / range);
    Operand<T> conditioning =
        config.network().conditioned() ? c : m.ops().zerosLike(m.column(c, 0));
    return network.score(net.in("score_model"), z, tau, conditioning);
  }

  private <T extends TFloating> Operand<T> reconstruction(
      Maths<T> m, Operand<T> signal, Operand<T> gamma0, Operand<T> noise) {
    // z_0 / α_0, without the division
    Operand<T> rescaled = m.add(signal, m.mul(m.exp(m.mul(gamma0, 0.5)), noise));
    return m.neg(codec.logProbability(m, signal, rescaled, gamma0));
  }

  /** ½ Σ (α² f² + σ² - log σ² - 1) at t = 1. */
  private <T extends TFloating> Operand<T> prior(Maths<T> m, Operand<T> signal, Operand<T> gamma1) {
    Operand<T> signalVariance = m.sigmoid(m.neg(gamma1));
    Operand<T> mean = m.mul(signalVariance, m.square(signal));
    // σ² - 1 = -α², and log σ² = -softplus(-γ): neither loses digits when σ² is close to one
    Operand<T> spread = m.sub(m.softplus(m.neg(gamma1)), signalVariance);
    return m.mul(m.sumPerImage(m.add(mean, spread)), 0.5);
  }

  private <T extends TFloating> Operand<T> pixels(Maths<T> m, Operand<T> flat) {
    return m.reshape(flat, -1, image.height(), image.width(), image.channels());
  }
}
