package io.mulan.diffusion;

import io.mulan.config.ImageShape;
import io.mulan.config.LatentConfig;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.Latent.NoiseLaw;
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
 * <p>A model may be conditioned on k known numbers for each image, such as its class. Network and
 * schedule see them after the latent, and the encoder sees them too. They cost nothing: the bound
 * is that of log p(x) given them.
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

  private final ConditionValues conditions;

  public DiffusionModel(RunConfig config, ImageShape image) {
    this(config, image, new ScoreNetwork(config, new UNet(config.network())));
  }

  /** The same model with another denoiser in the place of the score network. */
  public DiffusionModel(RunConfig config, ImageShape image, Denoiser denoiser) {
    this(config, image, denoiser, ConditionValues.unknown(config.data().conditions()));
  }

  private DiffusionModel(
      RunConfig config, ImageShape image, Denoiser denoiser, ConditionValues conditions) {
    this.config = config;
    this.image = image;
    this.codec = ImageCodec.of(config.data().levels(), config.schedule());
    this.latent = Latent.of(config.latent());
    this.schedule = NoiseSchedule.of(config.schedule(), image);
    this.axis = TimeAxis.of(config.loss());
    this.prediction = Prediction.of(config.loss());
    this.network = new UNet(config.network());
    this.denoiser = denoiser;
    this.conditions = conditions;
  }

  /** The length k of the conditions of an image. */
  public int conditionsSize() {
    return conditions.size();
  }

  /** The same model, conditioned on these values for the images [B,k]. */
  public DiffusionModel given(Operand<TFloat32> values) {
    return given(conditions.of(values));
  }

  private DiffusionModel given(ConditionValues values) {
    return new DiffusionModel(config, image, denoiser, values);
  }

  /** The same model, with its conditions an input of the graph if it has any. */
  public DiffusionModel givenInput(Ops tf, long batch) {
    return conditionsSize() == 0
        ? this
        : given(Inputs.of(tf, "conditions", TFloat32.class, batch, conditionsSize()));
  }

  /** The conditions of the images [B,k]; empty if there are none. */
  public Optional<Operand<TFloat32>> conditions() {
    return conditions.values();
  }

  /**
   * Latents as {@link #reverse} and {@link #boundGiven} take them, followed by the conditions.
   *
   * @param c [B,m]
   * @return [B,m+k]; c itself if there are no conditions
   */
  public <T extends TFloating> Operand<T> withConditions(Maths<T> m, Operand<T> c) {
    return conditions.after(m, c);
  }

  /** The length m + k of latents followed by the conditions. */
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
          DiffusionModel model = given(conditions.twice(m));
          return model.bound(
              net,
              twice,
              model.withConditions(m, c),
              m.concat(0, List.of(kl, kl)),
              m.ops().zerosLike(m.column(c, 0)),
              n);
        });
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
    return latent.posterior(
        net.m(),
        new ImageEncoder<>(encoder, config.latent(), network, signal, conditions.in(net.m())));
  }

  /**
   * The terms of the bound with latents that are given.
   *
   * @param images levels [B,H,W,C]
   * @param c with the conditions next to them [B,m+k]
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
   * @param c latents, with the conditions next to them [B,m+k]
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

  TimeAxis axis() {
    return axis;
  }

  /** γ as a function of time [B,1]. */
  <T extends TFloating> NoiseSchedule.Path<TFloat64> path(Net<T> net, Operand<TFloat64> latent) {
    return schedule.path(net.in(SCHEDULE).doubles(), latent);
  }

  private <T extends TFloating> BoundTerms<T> bound(
      Net<T> net,
      Operand<TUint8> images,
      Operand<T> c,
      Operand<T> kl,
      Operand<T> context,
      Noise<T> noise) {
    return new VariationalBound<>(this, net, images, c, noise).terms(kl, seen(net.m(), c, context));
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
    return m.reshape(flat, image.batch(-1));
  }
}
