package io.mulan.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.Denoiser;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.flow.Probe;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.sampling.ImageSampler;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.hipparchus.stat.StatUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/**
 * Data whose law is known, independent normal pixels, and in the network's place the best there is:
 * E[ε|z], in closed form. The schedule is one that could be learned: a path of its own for each
 * pixel, which depends on a latent that is drawn for each image.
 */
final class KnownAnswerTest {
  private static final ImageShape IMAGE = new ImageShape(2, 3, 1);
  private static final int LEVELS = 256;
  private static final double[] MEAN = {-0.3, -0.1, 0, 0.1, 0.2, 0.3};
  private static final double[] DEVIATION = {0.1, 0.15, 0.2, 0.12, 0.15, 0.1};
  private static final int IMAGES = 400;
  private static final double PER_DIM = 1e-3;

  private final Graph graph = new Graph();
  private final Maths<TFloat32> m = new Maths<>(GraphScope.ops(graph), TFloat32.class);
  private final Map<String, Operand<TFloat32>> weights = new HashMap<>();
  private final ImageSet images = images();

  @AfterEach
  void close() {
    graph.close();
  }

  /**
   * @param gammaMin γ_0: -13.3 is noise of a third of a level, -9 of one and a half
   */
  private static DiffusionModel model(double gammaMin) {
    RunConfig config =
        ConfigReader.read(
            Optional.of("digits-published"),
            Optional.empty(),
            List.of(
                "data.levels=" + LEVELS,
                "schedule.gamma_min=" + gammaMin,
                "schedule.gamma_max=5",
                "latent.size=6",
                "latent.k=2",
                "loss.prediction=epsilon"));
    return new DiffusionModel(config, IMAGE, new BestDenoiser());
  }

  /** E[ε|z] = σ (z - α μ) / (α² s² + σ²). */
  private static final class BestDenoiser implements Denoiser {
    @Override
    public <T extends TFloating> Operand<T> output(
        Net<T> net, Operand<T> z, Operand<TFloat64> gamma, Operand<T> conditioning) {
      Maths<T> m = net.m();
      Maths<TFloat64> d = m.doubles();
      Operand<TFloat64> alpha2 = d.sigmoid(d.neg(gamma));
      Operand<TFloat64> sigma2 = d.sigmoid(gamma);
      Operand<TFloat64> mean = d.mul(d.sqrt(alpha2), image(d, MEAN));
      Operand<TFloat64> variance = d.add(d.mul(alpha2, d.square(image(d, DEVIATION))), sigma2);
      Operand<TFloat64> centred = d.sub(d.cast(z), mean);
      return m.cast(d.div(d.mul(d.sqrt(sigma2), centred), variance));
    }

    private static Operand<TFloat64> image(Maths<TFloat64> d, double[] values) {
      return d.reshape(d.vector(values), 1, IMAGE.height(), IMAGE.width(), IMAGE.channels());
    }
  }

  /** The encoder's are zero, so that its law is the prior. */
  private Weights<TFloat32> weights() {
    return (name, shape, initializer) ->
        weights.computeIfAbsent(
            name,
            n -> {
              double scale = n.startsWith(DiffusionModel.ENCODER) ? 0 : 0.7;
              Random random = new Random(StatelessRandom.hash(n));
              double[] values = random.doubles(shape.size(), -1, 1).map(x -> scale * x).toArray();
              return m.reshape(m.vector(values), shape.asArray());
            });
  }

  private static ImageSet images() {
    Random random = new Random(4);
    byte[] levels = new byte[IMAGES * IMAGE.size()];
    for (int i = 0; i < levels.length; i++) {
      int pixel = i % IMAGE.size();
      double f = MEAN[pixel] + DEVIATION[pixel] * random.nextGaussian();
      levels[i] = (byte) Math.max(0, Math.min(LEVELS - 1, Math.floor((f + 1) / 2 * LEVELS)));
    }
    return new ImageSet("normal", IMAGE, LEVELS, levels);
  }

  /** -log p(x) in nats, mean over images. */
  private double truth() {
    return StatUtils.mean(truths());
  }

  /** For each image: the density at the middle of a level times its width. */
  private double[] truths() {
    byte[] image = new byte[IMAGE.size()];
    double[] nats = new double[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      images.copy(i, image, 0);
      for (int k = 0; k < image.length; k++) {
        double f = 2 * ((image[k] & 0xff) + 0.5) / LEVELS - 1;
        double standard = (f - MEAN[k]) / DEVIATION[k];
        double density = -0.5 * (standard * standard + Math.log(2 * Math.PI));
        nats[i] -= density - Math.log(DEVIATION[k]) + Math.log(2.0 / LEVELS);
      }
    }
    return nats;
  }

  private static double total(double[][] terms) {
    return Arrays.stream(terms).mapToDouble(StatUtils::mean).sum();
  }

  private double exact(double gammaMin, Dequantisation kind, int samples) {
    return total(exact(gammaMin, kind, Probe.RADEMACHER, samples));
  }

  /** [terms][images]. */
  private double[][] exact(double gammaMin, Dequantisation kind, Probe probe, int samples) {
    ExactGraph exact = ExactGraph.build(m, model(gammaMin), weights(), kind, probe, false);
    ExactEstimator.Options options = new ExactEstimator.Options(IMAGES, samples, 7, false, false);
    try (GraphSession session = GraphSession.open(graph)) {
      FlowSolver solver =
          new FlowSolver(session, exact.flow(), new Tolerance(1e-5, 1e-5), () -> false);
      double[][] columns =
          new ExactEstimator(session, exact, solver, options, images)
              .measure(0, IMAGES, done -> {});
      return Arrays.copyOf(columns, ExactEstimator.TERMS.size());
    }
  }

  /**
   * A Gaussian probe is off by several nats for an image here. If each sample had another one, the
   * mean of the weights would gain half of the variance.
   */
  @Test
  void theNoiseOfTheDivergenceDoesNotImproveTheBound() {
    double[][] terms = exact(-13.3, new Dequantisation.Uniform(LEVELS, false), Probe.GAUSSIAN, 4);
    assertTrue(StatUtils.variance(terms[0]) > 10, "the probe is noisy");
    assertEquals(0, StatUtils.mean(terms[3]) / IMAGE.size(), 2 * PER_DIM, "what samples gain");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void exactRecoversTheLogDensity(int samples) {
    Dequantisation uniform = new Dequantisation.Uniform(LEVELS, false);
    double fine = exact(-13.3, uniform, samples) / IMAGE.size();
    assertEquals(truth() / IMAGE.size(), fine, PER_DIM, "uniform, γ_0 = -13.3");
    double coarse = exact(-9, uniform, samples) / IMAGE.size();
    assertEquals(truth() / IMAGE.size(), coarse, PER_DIM, "uniform, γ_0 = -9");
  }

  /**
   * The model's own noise hardly reaches the ends of a level at γ_0 = -13.3, while this data is
   * spread evenly over each: the bound is looser by what dequantisation costs, which samples win
   * back.
   */
  @Tag("integration")
  @Test
  void truncatedNormalNoiseCostsWhereItDoesNotFillTheLevels() {
    Dequantisation normal = new Dequantisation.TruncatedNormal(LEVELS);
    double truth = truth() / IMAGE.size();
    assertEquals(truth, exact(-9, normal, 1) / IMAGE.size(), PER_DIM, "γ_0 = -9");
    double one = exact(-13.3, normal, 1) / IMAGE.size();
    double many = exact(-13.3, normal, 20) / IMAGE.size();
    // log of the level's width, less the entropy of a normal law cut at τ = 3.0187 deviations of it
    double deviation = Math.exp(-13.3 / 2);
    double cost = Math.log(2.0 / LEVELS) - (1.4037 + Math.log(deviation));
    assertEquals(truth + cost, one, PER_DIM);
    assertTrue(many > truth && many < one - 0.5 * cost, one + " with 1 sample, " + many);
  }

  @Test
  void theBoundIsAboveAndNear() {
    BoundGraph bound = BoundGraph.build(m, model(-9), weights());
    double[][] terms;
    try (GraphSession session = GraphSession.open(graph)) {
      terms =
          new BoundEstimator(bound, 2000, 200, 3).perImage(session, images, 0, IMAGES, done -> {});
    }
    double[] gaps = truths();
    for (int i = 0; i < IMAGES; i++) {
      gaps[i] = (terms[0][i] + terms[1][i] + terms[2][i] + terms[3][i] - gaps[i]) / IMAGE.size();
    }
    double gap = StatUtils.mean(gaps);
    double error = StatUtils.variance(gaps) / IMAGES;
    assertEquals(0.002, gap, 0.002 + 3 * Math.sqrt(error));
  }

  /** Batches of 4 draws and the last of 3, or all 15 at once. */
  @Test
  void theFigureOfAnImageDoesNotDependOnTheBatch() {
    BoundGraph bound = BoundGraph.build(m, model(-9), weights());
    try (GraphSession session = GraphSession.open(graph)) {
      double[][] whole =
          new BoundEstimator(bound, 15, 3, 3).perImage(session, images, 2, 5, n -> {});
      double[][] parts =
          new BoundEstimator(bound, 4, 3, 3).perImage(session, images, 2, 5, n -> {});
      for (int k = 0; k < whole.length; k++) {
        assertArrayEquals(whole[k], parts[k], 1e-4, BoundTerms.NAMES.get(k));
      }
    }
  }

  /** More steps and more samples bring the bound down to the truth. */
  @Tag("integration")
  @Test
  void trajectoriesApproachFromAbove() {
    trajectories(0.1, 4, 16, 64, 256);
  }

  @Tag("slow")
  @Test
  void trajectoriesOfManyStepsAreNear() {
    trajectories(0.03, 4, 16, 64, 256, 1024);
  }

  /**
   * @param near what the last differs from the truth at most, bits/dim
   */
  private void trajectories(double near, int... counts) {
    TrajectoryGraph trajectories = TrajectoryGraph.build(m, model(-9), weights());
    double last = Double.POSITIVE_INFINITY;
    for (int steps : counts) {
      TrajectoryEstimator.Options options = new TrajectoryEstimator.Options(800, steps, 8, 5);
      double[][] terms;
      try (GraphSession session = GraphSession.open(graph)) {
        terms =
            new TrajectoryEstimator(session, trajectories, options, images)
                .measure(0, IMAGES, done -> {});
      }
      double one = StatUtils.mean(terms[0]) / IMAGE.size();
      double many = total(terms) / IMAGE.size();
      assertTrue(one < last, steps + " steps: " + one + ", fewer: " + last);
      assertTrue(many < one, steps + " steps: " + many + " with 8 samples, " + one + " with 1");
      assertTrue(many > truth() / IMAGE.size() - 2 * PER_DIM);
      last = one;
    }
    assertEquals(truth() / IMAGE.size(), last, near);
  }

  /**
   * Along the flow a pixel keeps its distance from the mean in deviations of z: z_0 = α_0 μ + (z_1
   * - α_1 μ) √(α_0² s² + σ_0²) / √(α_1² s² + σ_1²).
   */
  private static double[] flow(double[] noise) {
    double[] z0 = new double[noise.length];
    for (int i = 0; i < noise.length; i++) {
      int pixel = i % IMAGE.size();
      double[] from = law(5, pixel);
      double[] to = law(-13.3, pixel);
      z0[i] = to[0] + (noise[i] - from[0]) * to[1] / from[1];
    }
    return z0;
  }

  /** Mean and deviation of z at a γ. */
  private static double[] law(double gamma, int pixel) {
    double alpha2 = 1 / (1 + Math.exp(gamma));
    double variance = alpha2 * DEVIATION[pixel] * DEVIATION[pixel] + 1 - alpha2;
    return new double[] {Math.sqrt(alpha2) * MEAN[pixel], Math.sqrt(variance)};
  }

  /** Errors that are halved, or quartered, with twice as many steps. */
  @ParameterizedTest
  @CsvSource({"DDIM, 1", "DPMPP_2M, 2", "HEUN, 2"})
  void samplersReachTheFlowWithTheirOrder(Sampler kind, int order) {
    int count = 100;
    SamplingGraph sampling = SamplingGraph.build(m, model(-13.3), weights(), kind);
    try (GraphSession session = GraphSession.open(graph)) {
      ImageSampler sampler = new ImageSampler(session, sampling, 1);
      double[] noise = sampler.noise(0, count);
      double[] exact = flow(noise);
      StringBuilder table = new StringBuilder(kind.name());
      double last = Double.NaN;
      double found = Double.NaN;
      for (int steps = 8; steps <= 128; steps *= 2) {
        double[] z0;
        try (TFloat32 latents = sampler.latents(0, count)) {
          z0 = sampler.all(noise, latents, 0, steps);
        }
        double squares = 0;
        for (int i = 0; i < z0.length; i++) {
          squares += (z0[i] - exact[i]) * (z0[i] - exact[i]);
        }
        double error = Math.sqrt(squares / z0.length);
        found = Math.log(last / error) / Math.log(2);
        last = error;
        table.append(
            String.format(Locale.ROOT, "%n%4d steps  %.3g  order %.2f", steps, error, found));
      }
      assertEquals(order, found, 0.1, table::toString);
    }
  }

  @ParameterizedTest
  @EnumSource(Sampler.class)
  void samplesHaveTheMeanAndVarianceOfTheData(Sampler sampler) {
    int count = 4000;
    int steps = 400;
    SamplingGraph sampling = SamplingGraph.build(m, model(-13.3), weights(), sampler);
    double[] z0;
    try (GraphSession session = GraphSession.open(graph)) {
      ImageSampler runner = new ImageSampler(session, sampling, 1);
      try (TFloat32 latents = runner.latents(0, count)) {
        z0 = runner.all(runner.noise(0, count), latents, 0, steps);
      }
    }
    int n = IMAGE.size();
    for (int k = 0; k < n; k++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < count; i++) {
        double deviation = z0[i * n + k] - MEAN[k];
        sum += deviation;
        squares += deviation * deviation;
      }
      double deviation = DEVIATION[k];
      assertEquals(0, sum / count, 4 * deviation / Math.sqrt(count), "mean of pixel " + k);
      double variance = deviation * deviation;
      assertEquals(variance, squares / count, 4 * variance * Math.sqrt(2.0 / count), "pixel " + k);
    }
  }
}
