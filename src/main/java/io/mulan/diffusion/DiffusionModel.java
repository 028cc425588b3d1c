package io.mulan.diffusion;

import io.mulan.config.ImageShape;
import io.mulan.config.LatentConfig;
import io.mulan.config.RunConfig;
import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.UNet;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * A MuLAN: encoder, latent, schedule and score network, and the variational bound they give (Sahoo
 * et al. 2024, section 3). A pure function of weights, images and noise: the caller says where each
 * comes from.
 *
 * <p>A model may be told something of an image, as its class: its conditions, k numbers. They stand
 * beside the latent wherever that is looked at, by network and schedule, and the encoder sees them;
 * they cost nothing, and what is bounded is log p(x given them).
 */
public final class DiffusionModel {
  /** Where the weights of each part are in the tree of the published checkpoints. */
  public static final String NETWORK = "score_model";

  public static final String ENCODER = "encoder_model";
  public static final String SCHEDULE = "gamma";

  private final RunConfig config;
  private final ImageShape image;
  private final ImageCodec codec;
  private final Latent latent;
  private final NoiseSchedule schedule;
  private final TimeAxis axis;
  private final Prediction prediction;
  private final UNet network;
  private final Denoiser denoiser;

  /** What is told of the images [B,k]; null until {@link #given}. */
  private final Operand<TFloat32> conditions;

  public DiffusionModel(RunConfig config, ImageShape image) {
    this(config, image, new ScoreNetwork(config, new UNet(config.network())));
  }

  /** The same model with another denoiser in the place of the score network. */
  public DiffusionModel(RunConfig config, ImageShape image, Denoiser denoiser) {
    this(config, image, denoiser, null);
  }

  private DiffusionModel(
      RunConfig config, ImageShape image, Denoiser denoiser, Operand<TFloat32> conditions) {
    this.config = config;
    this.image = image;
    this.codec = new ImageCodec(config.data().levels());
    this.latent = Latent.of(config.latent());
    this.schedule = NoiseSchedule.of(config.schedule(), image);
    this.axis = TimeAxis.of(config.loss());
    this.prediction = Prediction.of(config.loss());
    this.network = new UNet(config.network());
    this.denoiser = denoiser;
    this.conditions = conditions;
  }

  /** How many numbers the model is told of an image: k. */
  public int conditionsSize() {
    return config.data().conditions();
  }

  /** The same model, told these conditions of the images [B,k]. */
  public DiffusionModel given(Operand<TFloat32> told) {
    return new DiffusionModel(config, image, denoiser, told);
  }

  /** The same model, its conditions an input of the graph if it is told any. */
  public DiffusionModel givenInput(Ops tf, long batch) {
    return conditionsSize() == 0
        ? this
        : given(Inputs.of(tf, "conditions", TFloat32.class, batch, conditionsSize()));
  }

  /** What it is told of the images [B,k]; empty if nothing. */
  public Optional<Operand<TFloat32>> conditions() {
    return Optional.ofNullable(conditions);
  }

  /** The conditions [B,k] in another precision; empty if the model is never told any. */
  private <T extends TFloating> Optional<Operand<T>> conditions(Maths<T> m) {
    if (conditionsSize() > 0 && conditions == null) {
      throw new IllegalStateException("the model is told nothing of these images");
    }
    return conditions().map(m::cast);
  }

  /**
   * Latents as {@link #reverse} and {@link #boundGiven} take them: the conditions stand beside
   * them.
   *
   * @param c [B,m]
   * @return [B,m+k]; c itself if the model is told nothing
   */
  public <T extends TFloating> Operand<T> withConditions(Maths<T> m, Operand<T> c) {
    return conditions(m).map(told -> m.concat(1, List.of(c, told))).orElse(c);
  }

  /** The length m + k of latents with the conditions beside them. */
  public int withConditionsSize() {
    return latentSize() + conditionsSize();
  }

  /**
   * What the network sees of latents and conditions [B,m+k], or, of a latent, in its place [B,1].
   */
  private <T extends TFloating> Operand<T> seen(Maths<T> m, Operand<T> c, Operand<T> context) {
    if (config.network().conditioned()) {
      return c;
    }
    int k = conditionsSize();
    return k == 0 ? context : m.concat(1, List.of(context, m.columns(c, latentSize(), k)));
  }

  /** The variance of each component of the latent under its prior; zero if there is none. */
  public double latentVariance() {
    return latent.priorVariance();
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
    return bound(net, images, posterior(net, signal), noise);
  }

  private <T extends TFloating> BoundTerms<T> bound(
      Net<T> net, Operand<TUint8> images, Posterior<T> posterior, Noise<T> noise) {
    Maths<T> m = net.m();
    Operand<T> c = withConditions(m, posterior.draw(noise.latent(), noise.step()));
    return bound(net, images, c, posterior.kl(), m.ops().zerosLike(m.column(c, 0)), noise);
  }

  /**
   * The terms of the bound as training needs them, with the noise of {@link #trainingNoise}.
   *
   * @param surrogate zero, with the gradient of a score-function estimator for the encoder (scalar)
   * @param imbalance of the latents of the batch, as {@link Posterior#imbalance} (scalar)
   */
  public record TrainingBound<T extends TFloating>(
      BoundTerms<T> terms, Operand<T> surrogate, Operand<T> imbalance) {}

  /** The same as {@link #bound}, with whatever the latent's gradient needs. */
  public <T extends TFloating> TrainingBound<T> trainingBound(
      Maths<T> m, Weights<T> weights, Dropout<T> dropout, Operand<TUint8> images, Noise<T> noise) {
    Net<T> net = new Net<>(m, weights, dropout, "");
    Operand<T> signal = codec.encode(m, images);
    Posterior<T> posterior = posterior(net, signal);
    if (!scoreFunction()) {
      return new TrainingBound<>(
          bound(net, images, posterior, noise), m.constant(0), posterior.imbalance(m));
    }
    Operand<T> kl = posterior.kl();
    return LeaveOneOut.bound(
        m,
        posterior,
        noise,
        (c, n) -> {
          Operand<TUint8> twice = m.ops().concat(List.of(images, images), m.ops().constant(0));
          DiffusionModel told = twice(m);
          return told.bound(
              net,
              twice,
              told.withConditions(m, c),
              m.concat(0, List.of(kl, kl)),
              m.ops().zerosLike(m.column(c, 0)),
              n);
        });
  }

  /** The same model for each image of the batch twice. */
  private DiffusionModel twice(Maths<?> m) {
    return conditions == null
        ? this
        : given(m.ops().concat(List.of(conditions, conditions), m.ops().constant(0)));
  }

  private boolean scoreFunction() {
    return config.latent().kind() == LatentConfig.Kind.TOP_K
        && config.latent().gradient() == LatentConfig.Gradient.SCORE_FUNCTION;
  }

  /** The law of the latent for each of these images [B,H,W,C], without dropout. */
  public <T extends TFloating> Posterior<T> posterior(
      Maths<T> m, Weights<T> weights, Operand<TUint8> images) {
    return posterior(new Net<>(m, weights, Dropout.none(), ""), codec.encode(m, images));
  }

  private <T extends TFloating> Posterior<T> posterior(Net<T> net, Operand<T> signal) {
    Net<T> encoder = net.in(ENCODER);
    Optional<Operand<T>> told = conditions(net.m());
    return latent.posterior(
        net.m(), new ImageEncoder<>(encoder, config.latent(), network, signal, told));
  }

  /**
   * The terms of the bound with latents that are given.
   *
   * @param images levels [B,H,W,C]
   * @param c with the conditions beside them [B,m+k]
   * @param kl what c costs [B]
   * @param context what the network sees where it does not see the latent [B,1]: zero, but for the
   *     published code
   */
  public <T extends TFloating> BoundTerms<T> boundGiven(
      Maths<T> m,
      Weights<T> weights,
      Dropout<T> dropout,
      Operand<TUint8> images,
      Operand<T> c,
      Operand<T> kl,
      Operand<T> context,
      Noise<T> noise) {
    Net<T> net = new Net<>(m, weights, dropout, "");
    return bound(net, images, c, kl, context, noise);
  }

  /**
   * The way back from noise, without dropout.
   *
   * @param c latents, with the conditions beside them [B,m+k]
   */
  public <T extends TFloating> ReverseProcess<T> reverse(
      Maths<T> m, Weights<T> weights, Operand<T> c) {
    return reverse(m, weights, c, m.ops().zerosLike(m.column(c, 0)));
  }

  /**
   * The same, with what the network sees where it does not see the latent [B,1]: zero, but for the
   * published code.
   */
  public <T extends TFloating> ReverseProcess<T> reverse(
      Maths<T> m, Weights<T> weights, Operand<T> c, Operand<T> context) {
    Net<T> net = new Net<>(m, weights, Dropout.none(), "");
    return new ReverseProcess<>(this, net, c, seen(m, c, context));
  }

  /** A law of latents [B,m] like {@link #posterior}'s, that no image has been seen for. */
  public <T extends TFloating> Posterior<T> prior(Maths<T> m, Operand<TInt32> batch) {
    return latent.prior(m, batch);
  }

  /** What {@link Posterior#draw} makes a latent of. */
  public <T extends TFloating> Operand<T> latentNoise(
      StatelessRandom<T> random, Operand<TInt32> batch) {
    return latent.noise(random, batch);
  }

  /**
   * The law of {@link #latentNoise}; empty if there is none.
   *
   * @param batch how many; -1 for any number
   */
  public Optional<NoiseLaw> latentNoiseLaw(long batch) {
    return latent.noiseLaw(batch);
  }

  /** How many latents training draws for each image: {@link #trainingNoise} has noise for all. */
  public int latentDraws() {
    return scoreFunction() ? LeaveOneOut.DRAWS : 1;
  }

  /** The length m of c. */
  public int latentSize() {
    return latent.size();
  }

  public ImageCodec codec() {
    return codec;
  }

  /** What predicts. */
  public Denoiser denoiser() {
    return denoiser;
  }

  Prediction prediction() {
    return prediction;
  }

  /** γ as a function of time [B,1]. */
  <T extends TFloating> NoiseSchedule.Path<TFloat64> path(Net<T> net, Operand<TFloat64> latent) {
    return schedule.path(net.in(SCHEDULE).doubles(), latent);
  }

  /**
   * The schedule and the noisy signals are computed in double precision, a small part of the work:
   * whatever γ is rounded by, the Fourier features of z magnify some hundred times.
   */
  private <T extends TFloating> BoundTerms<T> bound(
      Net<T> net,
      Operand<TUint8> images,
      Operand<T> c,
      Operand<T> kl,
      Operand<T> context,
      Noise<T> noise) {
    Maths<T> m = net.m();
    Maths<TFloat64> d = m.doubles();
    Operand<TFloat64> signal = codec.encode(d, images);
    NoiseSchedule.Path<TFloat64> path = path(net, d.cast(c));
    Operand<TFloat64> uniform = d.reshape(d.cast(noise.times()), -1, 1); // [B, 1]
    Operand<TFloat64> gamma0 = pixels(d, path.gamma(d.ops().zerosLike(uniform)));
    Operand<TFloat64> gamma1 = pixels(d, path.gamma(d.ops().onesLike(uniform)));
    TimeAxis.Moment<TFloat64> moment = axis.at(d, path, uniform);
    Operand<TFloat64> gamma = pixels(d, path.gamma(moment.t()));

    NoisySignal<T> z =
        NoisySignal.at(d, NoiseLevel.of(d, gamma), signal, d.cast(noise.diffusion())).in(m);
    Operand<T> output = denoiser.output(net, z.value(), gamma, seen(m, c, context));
    // As γ; a derivative's own shape is not known before it runs.
    Operand<T> rate = m.cast(d.reshape(moment.rate(), anyBatch(gamma)));
    Operand<T> integrand = m.mul(rate, prediction.squaredError(m, z, output));
    return new BoundTerms<>(
        reconstruction(m, signal, gamma0, d.cast(noise.reconstruction())),
        m.cast(prior(d, signal, gamma1)),
        kl,
        m.mul(m.sumPerImage(integrand), 0.5),
        m.minPerImage(rate),
        moment.t());
  }

  /**
   * All the noise of a batch.
   *
   * @param times [B]
   * @param step updates made so far (scalar)
   */
  public <T extends TFloating> Noise<T> noise(
      StatelessRandom<T> random, Operand<TInt32> batch, Operand<T> times, Operand<T> step) {
    return noise(random, batch, batch, times, step);
  }

  /** All the noise of a training batch, for {@link #trainingBound}. */
  public <T extends TFloating> Noise<T> trainingNoise(
      StatelessRandom<T> random, Operand<TInt32> batch, Operand<T> times, Operand<T> step) {
    Ops tf = random.ops();
    Operand<TInt32> latents = tf.math.mul(batch, tf.constant(latentDraws()));
    return noise(random, batch, latents, times, step);
  }

  private <T extends TFloating> Noise<T> noise(
      StatelessRandom<T> random,
      Operand<TInt32> batch,
      Operand<TInt32> latents,
      Operand<T> times,
      Operand<T> step) {
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
        latent.noise(random, latents),
        step,
        random.normal("reconstruction", shape),
        random.normal("diffusion", shape));
  }

  private <T extends TFloating> Operand<T> reconstruction(
      Maths<T> m, Operand<TFloat64> signal, Operand<TFloat64> gamma0, Operand<TFloat64> noise) {
    Maths<TFloat64> d = m.doubles();
    // z_0 / α_0, without the division
    Operand<TFloat64> rescaled = d.add(signal, d.mul(d.exp(d.mul(gamma0, 0.5)), noise));
    return m.neg(codec.logProbability(m, m.cast(signal), m.cast(rescaled), m.cast(gamma0)));
  }

  /** ½ Σ (α² f² + σ² - log σ² - 1) at t = 1. */
  private <T extends TFloating> Operand<T> prior(Maths<T> m, Operand<T> signal, Operand<T> gamma1) {
    Operand<T> signalVariance = m.sigmoid(m.neg(gamma1));
    Operand<T> mean = m.mul(signalVariance, m.square(signal));
    // σ² - 1 = -α², and log σ² = -softplus(-γ): neither loses digits when σ² is close to one
    Operand<T> spread = m.sub(m.softplus(m.neg(gamma1)), signalVariance);
    return m.mul(m.sumPerImage(m.add(mean, spread)), 0.5);
  }

  static long[] anyBatch(Operand<?> x) {
    long[] shape = x.shape().asArray();
    shape[0] = -1;
    return shape;
  }

  /** [B,n] to [B,H,W,C], and [B,1], which is for all pixels, to [B,1,1,1]. */
  <T extends TFloating> Operand<T> pixels(Maths<T> m, Operand<T> flat) {
    if (flat.shape().get(1) == 1) {
      return m.reshape(flat, -1, 1, 1, 1);
    }
    return m.reshape(flat, -1, image.height(), image.width(), image.channels());
  }
}
