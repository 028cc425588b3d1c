package io.mulan.diffusion;

import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * The variational bound of images for given latents (Sahoo et al. 2024, section 3; its terms are
 * those of Kingma et al. 2021, equation 11).
 *
 * <p>The schedule and the noisy signals are computed in double precision, a small part of the work:
 * the Fourier features of z magnify rounding errors of γ some hundred times.
 */
final class VariationalBound<T extends TFloating> {
  private final DiffusionModel model;
  private final Net<T> net;
  private final Maths<T> m;
  private final Maths<TFloat64> d;
  private final Noise<T> noise;

  /** x scaled to [-1,1], [B,H,W,C]. */
  private final Operand<TFloat64> signal;

  private final NoiseSchedule.Path<TFloat64> path;

  /**
   * @param images levels [B,H,W,C]
   * @param c latents followed by the conditions [B,m+k]
   */
  VariationalBound(
      DiffusionModel model, Net<T> net, Operand<TUint8> images, Operand<T> c, Noise<T> noise) {
    this.model = model;
    this.net = net;
    this.m = net.m();
    this.d = m.doubles();
    this.noise = noise;
    this.signal = model.codec().encode(d, images);
    this.path = model.path(net, d.cast(c));
  }

  /**
   * The four terms, each [B] in nats.
   *
   * @param kl KL(q(c|x) ‖ p(c)) [B]
   * @param seen what the network sees of the latents and conditions [B,·]
   */
  BoundTerms<T> terms(Operand<T> kl, Operand<T> seen) {
    Operand<TFloat64> uniform = d.reshape(d.cast(noise.times()), -1, 1); // [B,1]
    Operand<TFloat64> gamma0 = gamma(d.ops().zerosLike(uniform));
    Operand<TFloat64> gamma1 = gamma(d.ops().onesLike(uniform));
    TimeAxis.Moment<TFloat64> moment = model.axis().at(d, path, uniform);

    // The diffusion loss first: ½ Σ γ'(t) (ε - ε̂(z_t))², or its sum over discrete times.
    Operand<TFloat64> gamma = gamma(moment.t());
    NoisySignal<T> z =
        NoisySignal.at(d, NoiseLevel.of(d, gamma), signal, d.cast(noise.diffusion())).in(m);
    Operand<T> output = model.denoiser().output(net, z.value(), gamma, seen);
    // The shape of γ: a derivative's own shape is not known before it runs.
    Operand<T> rate = m.cast(d.reshape(moment.rate(), DiffusionModel.anyBatch(gamma)));
    Operand<T> integrand = m.mul(rate, model.prediction().squaredError(m, z, output));

    return new BoundTerms<>(
        reconstruction(gamma0),
        m.cast(prior(gamma1)),
        kl,
        m.mul(m.sumPerImage(integrand), 0.5),
        m.minPerImage(rate),
        moment.t());
  }

  private Operand<TFloat64> gamma(Operand<TFloat64> t) {
    return model.pixels(d, path.gamma(t));
  }

  /** The reconstruction loss, -log p(x | z_0) with z_0 ~ q(z_0 | x, c). */
  private Operand<T> reconstruction(Operand<TFloat64> gamma0) {
    // z_0 / α_0 = x + exp(γ_0 / 2) ε, without the division
    Operand<TFloat64> z0 =
        d.add(signal, d.mul(d.exp(d.mul(gamma0, 0.5)), d.cast(noise.reconstruction())));
    return m.neg(model.codec().logProbability(m, m.cast(signal), m.cast(z0), m.cast(gamma0)));
  }

  /** The prior loss, KL(q(z_1 | x, c) ‖ N(0,I)) = ½ Σ (α² x² + σ² - log σ² - 1) at t = 1. */
  private Operand<TFloat64> prior(Operand<TFloat64> gamma1) {
    Operand<TFloat64> signalVariance = d.sigmoid(d.neg(gamma1)); // α²
    Operand<TFloat64> mean = d.mul(signalVariance, d.square(signal));
    // σ² - 1 = -α², and log σ² = -softplus(-γ): neither loses digits when σ² is close to one
    Operand<TFloat64> spread = d.sub(d.softplus(d.neg(gamma1)), signalVariance);
    return d.mul(d.sumPerImage(d.add(mean, spread)), 0.5);
  }
}
