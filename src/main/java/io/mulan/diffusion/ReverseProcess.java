package io.mulan.diffusion;

import io.mulan.config.ImageShape;
import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * The way back from noise to images, for given latents: by steps of the learned reverse chain
 * (Kingma et al. 2021, appendix A) or along the probability flow, the ordinary differential
 * equation with the same marginals (Song et al. 2021, section 4.3). Noisy signals z are [B,H,W,C]
 * in double precision, the network's work is in that of its weights; times are scalars or, one for
 * each image, [B,1].
 */
public final class ReverseProcess<T extends TFloating> {
  private final Net<T> net;
  private final Maths<TFloat64> d;
  private final NoiseSchedule.Path<TFloat64> path;
  private final DiffusionModel model;
  private final Operand<TFloat64> latent;
  private final Operand<T> conditioning;
  private final Optional<Operand<TBool>> clip;

  /**
   * @param latent c, with the conditions next to it [B,m+k]
   * @param conditioning what the network sees [B,k]
   */
  ReverseProcess(DiffusionModel model, Net<T> net, Operand<T> latent, Operand<T> conditioning) {
    this.model = model;
    this.net = net;
    this.d = net.m().doubles();
    this.latent = d.cast(latent);
    this.path = model.path(net, this.latent);
    this.conditioning = conditioning;
    this.clip = Optional.empty();
  }

  private ReverseProcess(ReverseProcess<T> other, Operand<TBool> clip) {
    this.model = other.model;
    this.net = other.net;
    this.d = other.d;
    this.latent = other.latent;
    this.path = other.path;
    this.conditioning = other.conditioning;
    this.clip = Optional.of(clip);
  }

  /**
   * The same where {@link #denoise} keeps x̂ between the lowest and the highest level of an image.
   *
   * @param clip whether it does (scalar)
   */
  public ReverseProcess<T> clipped(Operand<TBool> clip) {
    return new ReverseProcess<>(this, clip);
  }

  /** A step of the chain, and log p(z_s given z_t, c) - log q(z_s given z_t, x, c) in nats [B]. */
  public record WeighedStep(Operand<TFloat64> z, Operand<TFloat64> logRatio) {}

  /** A time for each image [B,1]. */
  private Operand<TFloat64> times(Operand<TFloat64> t) {
    return d.add(d.ops().zerosLike(d.column(latent, 0)), t);
  }

  private NoiseLevel<TFloat64> level(Operand<TFloat64> t) {
    return NoiseLevel.of(d, model.pixels(d, path.gamma(times(t))));
  }

  /** γ(c,t) for every pixel [B,H,W,C]. */
  public Operand<TFloat64> gamma(Operand<TFloat64> t) {
    return everyPixel(path.gamma(times(t)));
  }

  /** dγ/dt for every pixel [B,H,W,C]. */
  public Operand<TFloat64> rate(Operand<TFloat64> t) {
    Operand<TFloat64> times = times(t);
    Operand<TFloat64> gamma = path.gamma(times);
    // A derivative's own shape is not known before it runs.
    return everyPixel(d.reshape(path.derivative(d, times), DiffusionModel.anyBatch(gamma)));
  }

  /** A schedule that is the same for all pixels has one value, here repeated for each. */
  private Operand<TFloat64> everyPixel(Operand<TFloat64> flat) {
    Ops tf = d.ops();
    ImageShape image = model.image();
    Operand<TFloat64> pixels = model.pixels(d, flat);
    Operand<TFloat64> zeros =
        tf.zeros(
            tf.constant(new int[] {1, image.height(), image.width(), image.channels()}),
            TFloat64.class);
    return d.add(pixels, zeros);
  }

  /** What the network makes of z at time t. */
  public Denoised denoise(Operand<TFloat64> z, Operand<TFloat64> t) {
    NoiseLevel<TFloat64> at = level(t);
    Operand<T> seen = net.m().cast(z);
    Operand<TFloat64> output = d.cast(model.denoiser().output(net, seen, at.gamma(), conditioning));
    return new Denoised(this, z, t, at, output);
  }

  /**
   * What the network makes of z at time t, and what follows from it: x̂, ε̂ and v̂ say the same of
   * z = α x̂ + σ ε̂, and a clipped x̂ is a prediction like any other. Each [B,H,W,C].
   */
  public static final class Denoised {
    private final ReverseProcess<?> process;
    private final Maths<TFloat64> d;
    private final Operand<TFloat64> z;
    private final Operand<TFloat64> t;
    private final NoiseLevel<TFloat64> at;
    private final Operand<TFloat64> output;

    private Denoised(
        ReverseProcess<?> process,
        Operand<TFloat64> z,
        Operand<TFloat64> t,
        NoiseLevel<TFloat64> at,
        Operand<TFloat64> output) {
      this.process = process;
      this.d = process.d;
      this.z = z;
      this.t = t;
      this.at = at;
      this.output = output;
    }

    /** What was denoised. */
    public Operand<TFloat64> z() {
      return z;
    }

    private interface Form {
      Operand<TFloat64> of(Prediction prediction, Operand<TFloat64> output);
    }

    private Operand<TFloat64> as(Form form) {
      Operand<TFloat64> plain = form.of(process.model.prediction(), output);
      if (process.clip.isEmpty()) {
        return plain;
      }
      double highest = 1 - 1.0 / process.model.codec().levels();
      Operand<TFloat64> x = signal(process.model.prediction(), output);
      Operand<TFloat64> kept = d.ops().clipByValue(x, d.constant(-highest), d.constant(highest));
      return d.ops().select(process.clip.get(), form.of(Prediction.X, kept), plain);
    }

    private Operand<TFloat64> signal(Prediction prediction, Operand<TFloat64> output) {
      Operand<TFloat64> velocity = prediction.velocity(d, at, z, output);
      return d.sub(d.mul(at.alpha(), z), d.mul(at.sigma(), velocity));
    }

    /** x̂. */
    public Operand<TFloat64> signal() {
      return as(this::signal);
    }

    /** ε̂. */
    public Operand<TFloat64> noise() {
      return as((prediction, output) -> prediction.noise(d, at, z, output));
    }

    /** v̂ = α ε̂ - σ x̂. */
    public Operand<TFloat64> velocity() {
      return as((prediction, output) -> prediction.velocity(d, at, z, output));
    }

    /** dz/dt = ½ γ' σ (ε̂ - σ z), the probability flow. */
    public Operand<TFloat64> drift() {
      Operand<TFloat64> rate = process.path.derivative(d, process.times(t));
      // A derivative's own shape is not known before it runs.
      Operand<TFloat64> known = d.reshape(rate, DiffusionModel.anyBatch(at.gamma()));
      Operand<TFloat64> flow = as((prediction, output) -> prediction.flow(d, at, z, output));
      return d.mul(d.mul(known, flow), 0.5);
    }

    /** {@link ReverseProcess#step}. */
    public Operand<TFloat64> step(Operand<TFloat64> s, Operand<TFloat64> noise) {
      return process.step(z, at, process.level(s), noise(), noise);
    }

    /**
     * z_s on the probability flow, s &lt; t, if x̂ is the same all the way: the noise in z_t stays
     * as it is. Then z_s = α_s x̂ + σ_s (z_t - α_t x̂)/σ_t, for each pixel along its own γ.
     *
     * @param signal x̂ [B,H,W,C]
     */
    public Operand<TFloat64> follow(Operand<TFloat64> s, Operand<TFloat64> signal) {
      NoiseLevel<TFloat64> to = process.level(s);
      // α_s - σ_s α_t/σ_t = -α_s (e^-h - 1), with h = (γ_t - γ_s)/2
      Operand<TFloat64> gained =
          d.neg(d.ops().math.expm1(d.mul(d.sub(to.gamma(), at.gamma()), 0.5)));
      return d.add(
          d.mul(d.div(to.sigma(), at.sigma()), z), d.mul(d.mul(to.alpha(), gained), signal));
    }

    /** γ_s - γ_t [B,H,W,C] or [B,1,1,1]. */
    public Operand<TFloat64> gammaTo(Operand<TFloat64> s) {
      return d.sub(process.level(s).gamma(), at.gamma());
    }
  }

  /** {@link Denoised#drift}. */
  public Operand<TFloat64> drift(Operand<TFloat64> z, Operand<TFloat64> t) {
    return denoise(z, t).drift();
  }

  /**
   * A draw of z_s given z_t and c, s &lt; t: mean α_s/α_t (z - σ_t k ε̂), variance σ_s² k, with k =
   * -expm1(γ_s - γ_t).
   *
   * @param noise standard normal [B,H,W,C]
   */
  public Operand<TFloat64> step(
      Operand<TFloat64> z, Operand<TFloat64> t, Operand<TFloat64> s, Operand<TFloat64> noise) {
    return denoise(z, t).step(s, noise);
  }

  private Operand<TFloat64> step(
      Operand<TFloat64> z,
      NoiseLevel<TFloat64> from,
      NoiseLevel<TFloat64> to,
      Operand<TFloat64> noiseIn,
      Operand<TFloat64> noise) {
    Operand<TFloat64> k = lost(from, to);
    Operand<TFloat64> mean = mean(z, from, to, noiseIn, k);
    return d.add(mean, d.mul(d.mul(to.sigma(), d.sqrt(k)), noise));
  }

  /** 1 - exp(γ_s - γ_t), without cancellation. */
  private Operand<TFloat64> lost(NoiseLevel<TFloat64> from, NoiseLevel<TFloat64> to) {
    return d.neg(d.ops().math.expm1(d.sub(to.gamma(), from.gamma())));
  }

  private Operand<TFloat64> mean(
      Operand<TFloat64> z,
      NoiseLevel<TFloat64> from,
      NoiseLevel<TFloat64> to,
      Operand<TFloat64> noiseIn,
      Operand<TFloat64> k) {
    Operand<TFloat64> without = d.sub(z, d.mul(d.mul(from.sigma(), k), noiseIn));
    return d.mul(d.div(to.alpha(), from.alpha()), without);
  }

  /** The mean of p(z_s given z_t, c) [B,H,W,C], s &lt; t. */
  public Operand<TFloat64> mean(Operand<TFloat64> z, Operand<TFloat64> t, Operand<TFloat64> s) {
    Denoised from = denoise(z, t);
    NoiseLevel<TFloat64> to = level(s);
    return mean(z, from.at, to, from.noise(), lost(from.at, to));
  }

  /**
   * What is known of z_s and z_t, s &lt; t, without the network: q(z_t given z_s, c) is normal with
   * mean ratio · z_s and deviation up, p(z_s given z_t, c) has deviation down. Each [B,H,W,C].
   *
   * @param ratio α_t/α_s
   * @param up σ_t √(1 - exp(γ_s - γ_t))
   * @param down σ_s √(1 - exp(γ_s - γ_t))
   */
  public record Link(Operand<TFloat64> ratio, Operand<TFloat64> up, Operand<TFloat64> down) {}

  /** The link of z_s and z_t. */
  public Link link(Operand<TFloat64> s, Operand<TFloat64> t) {
    NoiseLevel<TFloat64> from = NoiseLevel.of(d, gamma(t));
    NoiseLevel<TFloat64> to = NoiseLevel.of(d, gamma(s));
    Operand<TFloat64> root = d.sqrt(lost(from, to));
    return new Link(
        d.div(from.alpha(), to.alpha()), d.mul(from.sigma(), root), d.mul(to.sigma(), root));
  }

  /**
   * The link of the signal f, in the place of z_s, and z_0: q(z_0 given x, c) has mean α_0 f and
   * deviation σ_0. Nothing is known the other way: down is one.
   */
  public Link firstLink() {
    NoiseLevel<TFloat64> end = NoiseLevel.of(d, gamma(d.constant(0)));
    return new Link(end.alpha(), end.sigma(), d.ops().onesLike(end.sigma()));
  }

  /**
   * A draw of z_s given z_t, c and the image, weighed against the model's.
   *
   * @param signal f of the image [B,H,W,C]
   * @param noise standard normal [B,H,W,C]
   */
  public WeighedStep weighedStep(
      Operand<TFloat64> signal,
      Operand<TFloat64> z,
      Operand<TFloat64> t,
      Operand<TFloat64> s,
      Operand<TFloat64> noise) {
    Denoised denoised = denoise(z, t);
    NoiseLevel<TFloat64> from = denoised.at;
    NoiseLevel<TFloat64> to = level(s);
    Operand<TFloat64> own = d.div(d.sub(z, d.mul(from.alpha(), signal)), from.sigma());
    Operand<TFloat64> error = d.sub(denoised.noise(), own);
    // Both laws have one variance; their means are δ of its roots apart.
    Operand<TFloat64> rise = d.ops().math.expm1(d.sub(from.gamma(), to.gamma()));
    Operand<TFloat64> delta = d.mul(d.sqrt(rise), error);
    Operand<TFloat64> ratio = d.neg(d.sumPerImage(d.mul(delta, d.add(noise, d.mul(delta, 0.5)))));
    return new WeighedStep(step(z, from, to, own, noise), ratio);
  }

  /** log p(z_1) - log q(z_1 given x, c) in nats [B]. */
  public Operand<TFloat64> logRatioAtEnd(Operand<TFloat64> z, Operand<TFloat64> noise) {
    // log N(z; 0, 1) - log N(z; α f, σ²)
    Operand<TFloat64> sigma = level(d.constant(1)).sigma();
    Operand<TFloat64> squares = d.sub(d.square(noise), d.square(z));
    return d.sumPerImage(d.add(d.mul(squares, 0.5), d.log(sigma)));
  }

  /** z at time t of signals [B,H,W,C]: α f + σ ε. */
  public Operand<TFloat64> noisy(
      Operand<TFloat64> signal, Operand<TFloat64> t, Operand<TFloat64> noise) {
    return NoisySignal.at(d, level(t), signal, noise).value();
  }

  /** log p(x given z_0) in nats [B]. */
  public Operand<TFloat64> logProbability(Operand<TFloat64> signal, Operand<TFloat64> z0) {
    NoiseLevel<TFloat64> end = end();
    return model.codec().logProbability(d, signal, d.div(z0, end.alpha()), end.gamma());
  }

  /** The most likely image given z_0 [B,H,W,C]. */
  public Operand<TUint8> mostLikely(Operand<TFloat64> z0) {
    return model.codec().nearest(d, d.div(z0, end().alpha()));
  }

  /**
   * A draw of the image given z_0 [B,H,W,C].
   *
   * @param uniform in (0,1) [B,H,W,C]
   */
  public Operand<TUint8> draw(Operand<TFloat64> z0, Operand<TFloat64> uniform) {
    NoiseLevel<TFloat64> end = end();
    return model.codec().draw(d, d.div(z0, end.alpha()), end.gamma(), uniform);
  }

  /** γ(c,0) [B,H,W,C] or [B,1,1,1]. */
  public Operand<TFloat64> gamma0() {
    return end().gamma();
  }

  private NoiseLevel<TFloat64> end() {
    return level(d.constant(0));
  }
}
