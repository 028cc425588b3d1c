package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.flow.Probe;
import io.mulan.likelihood.BoundEstimator;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.Dequantisation;
import io.mulan.likelihood.ExactEstimator;
import io.mulan.likelihood.ExactGraph;
import io.mulan.sampling.ImageSampler;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import io.mulan.training.TrainedModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.types.TFloat32;

/**
 * An exported model says what the program says of the same weights; each subclass has another
 * model.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServedModelTest {
  static final int COUNT = 5;
  static final long SEED = 7;

  private ExportedModel exported;
  private ImageShape shape;
  private int latentSize;
  private Bundle served;
  private ImageSet test;

  /** The folder of the model's version. */
  abstract Path folder();

  @BeforeAll
  void load() {
    exported = ExportedModel.open(folder());
    shape = Datasets.shape(exported.config().data()).image();
    latentSize = exported.config().latent().size();
    served = new Bundle(exported.folder());
    test = Datasets.open(exported.config().data()).test();
  }

  @AfterAll
  void unload() {
    served.close();
  }

  /** Times for each image that its score takes. */
  abstract int scoreTimes();

  /** Inputs with the conditions of this many test images; none here. */
  Object[] given(int rows) {
    return new Object[0];
  }

  final ExportedModel model() {
    return exported;
  }

  final Bundle bundle() {
    return served;
  }

  final ImageSet test() {
    return test;
  }

  /** Calls a signature; its first input says how many rows there are. */
  final Bundle.Answer call(String signature, Object... inputs) {
    int rows = inputs[1] instanceof Tensor t ? (int) t.shape().get(0) : (Integer) inputs[1];
    Object[] given = signature.equals(Loss.NOISE) ? new Object[0] : given(rows);
    return served.call(
        signature, Stream.concat(Arrays.stream(inputs), Arrays.stream(given)).toArray());
  }

  private <G> TrainedModel<G> own(TrainedModel.Parts<G> parts) {
    TrainedModel<G> model = new TrainedModel<>(exported.config(), shape, parts);
    model.restore(exported.weights(), name -> name);
    return model;
  }

  private Tensor images(int count) {
    return Bundle.images(
        test.copies(count, i -> i), count, shape.height(), shape.width(), shape.channels());
  }

  private float[] normal(int seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private Tensor pixels(float[] values) {
    return Bundle.floats(
        values, values.length / shape.size(), shape.height(), shape.width(), shape.channels());
  }

  private float[] filled(int count, IntToDoubleFunction value) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) value.applyAsDouble(i);
    }
    return values;
  }

  /** Zero and one in turn. */
  private Tensor latents(int count) {
    return Bundle.floats(filled(count * latentSize, i -> i % 2), count, latentSize);
  }

  /** The first k components are one. */
  private Tensor firstOnes(int count) {
    int k = exported.config().latent().k();
    return Bundle.floats(
        filled(count * latentSize, i -> i % latentSize < k ? 1 : 0), count, latentSize);
  }

  /** 40 times are more draws than a batch, and fill the last one in part. */
  @Test
  void theBoundIsThatOfEvaluate() {
    try (TrainedModel<BoundGraph> model = own(BoundGraph::build)) {
      theBoundIsThatOf(model, 1);
      theBoundIsThatOf(model, 40);
    }
  }

  private void theBoundIsThatOf(TrainedModel<BoundGraph> model, int timesPerImage) {
    Bundle.Answer answer =
        call(
            BitsPerDim.NAME,
            "images",
            images(COUNT),
            "times_per_image",
            timesPerImage,
            "seed",
            SEED);
    double[][] nats =
        new BoundEstimator(model.parts(), exported.config().training().batch(), timesPerImage, SEED)
            .perImage(model.session(), test, 0, COUNT, done -> {});
    double perBit = shape.size() * Math.log(2);
    double[] total = new double[COUNT];
    for (int k = 0; k < nats.length; k++) {
      double[] bits = Arrays.stream(nats[k]).map(n -> n / perBit).toArray();
      assertArrayEquals(bits, answer.of(BoundTerms.NAMES.get(k)), 1e-5, BoundTerms.NAMES.get(k));
      for (int i = 0; i < COUNT; i++) {
        total[i] += bits[i];
      }
    }
    assertArrayEquals(total, answer.of("bits_per_dim"), 1e-5);
    assertArrayEquals(Arrays.stream(total).map(b -> b * perBit).toArray(), answer.of("nats"), 1e-3);
  }

  @Test
  void theDefaultIsTheBound() {
    Bundle.Answer one =
        call("serving_default", "images", images(2), "times_per_image", 3, "seed", SEED);
    Bundle.Answer other =
        call(BitsPerDim.NAME, "images", images(2), "times_per_image", 3, "seed", SEED);
    assertArrayEquals(other.of("nats"), one.of("nats"));
  }

  /** Of one input: what Keras, REST instances and server-side batching take. */
  @Test
  void theScoreIsTheBoundWithTimesAndSeedFixed() {
    Bundle.Answer score = call(BitsPerDim.SCORE, "images", images(COUNT));
    Bundle.Answer bound =
        call(BitsPerDim.NAME, "images", images(COUNT), "times_per_image", scoreTimes(), "seed", 0L);
    assertArrayEquals(bound.of("bits_per_dim"), score.of("bits_per_dim"));
    assertArrayEquals(bound.of("nats"), score.of("nats"));
  }

  @Test
  void samplesAreThoseOfTheProgram() {
    int steps = 12;
    Bundle.Answer answer = call(Sample.NAME, "count", COUNT, "steps", steps, "seed", SEED);
    try (TrainedModel<SamplingGraph> model =
        own(
            (m, diffusion, weights) ->
                SamplingGraph.build(m, diffusion, weights, Sampler.ANCESTRAL))) {
      ImageSampler sampler = new ImageSampler(model.session(), model.parts(), SEED);
      // In two batches, and some steps after others: as the program may make them.
      for (int first = 0; first < COUNT; first += 3) {
        int count = Math.min(3, COUNT - first);
        int offset = first;
        float[] conditions = test.conditions(count, i -> offset + i);
        try (TFloat32 c = sampler.latents(first, count, conditions)) {
          ImageSampler.State state = ImageSampler.State.of(sampler.noise(first, count));
          state = sampler.advance(state, c, first, 0, 5, steps);
          state = sampler.advance(state, c, first, 5, steps, steps);
          byte[] levels = sampler.mostLikely(state.z(), c);
          for (int i = 0; i < levels.length; i++) {
            assertEquals(levels[i], (byte) answer.of("images")[first * shape.size() + i]);
          }
        }
      }
    }
  }

  @Test
  void fastSamplesAreThoseOfTheProgram() {
    int steps = 6;
    Bundle.Answer ancestral = call(Sample.NAME, "count", 2, "steps", steps, "seed", SEED);
    assertArrayEquals(ancestral.of("images"), fast(0, steps, false).of("images"));
    for (int number = 1; number < Sample.SAMPLERS.size(); number++) {
      Sampler kind = Sample.SAMPLERS.get(number);
      try (TrainedModel<SamplingGraph> model =
          own((m, diffusion, weights) -> SamplingGraph.build(m, diffusion, weights, kind))) {
        for (boolean clip : new boolean[] {false, true}) {
          ImageSampler sampler = new ImageSampler(model.session(), model.parts(), SEED, clip);
          try (TFloat32 c = sampler.latents(0, 2, test.conditions(2, i -> i))) {
            byte[] levels = sampler.mostLikely(sampler.all(sampler.noise(0, 2), c, 0, steps), c);
            double[] served = fast(number, steps, clip).of("images");
            for (int i = 0; i < levels.length; i++) {
              assertEquals(levels[i], (byte) served[i], kind + ", clipped: " + clip);
            }
          }
        }
      }
    }
  }

  private Bundle.Answer fast(long sampler, int steps, boolean clip) {
    return call(
        Sample.FAST, "count", 2, "steps", steps, "seed", SEED, "sampler", sampler, "clip", clip);
  }

  /** The same path and probe by another solver; {@code ServedClassesTest} has less of it. */
  @Tag("slow")
  @Test
  void theLogLikelihoodConvergesToThatOfEvaluate() {
    double[][] terms = adaptive(COUNT, 1e-6);
    double coarse = worst(terms, logLikelihood(COUNT, 8));
    double fine = worst(terms, logLikelihood(COUNT, 128));
    assertTrue(fine < 0.01, () -> fine + " bits/dim from the adaptive solver");
    assertTrue(fine < coarse / 4, () -> coarse + " with 8 steps, " + fine + " with 128");
  }

  /** The terms of the first images, by the solver that evaluate uses. */
  final double[][] adaptive(int count, double tolerance) {
    try (TrainedModel<ExactGraph> model =
        own(
            (m, diffusion, weights) ->
                ExactGraph.build(
                    m,
                    diffusion,
                    weights,
                    new Dequantisation.TruncatedNormal(exported.config().data().levels()),
                    Probe.RADEMACHER,
                    false))) {
      FlowSolver solver =
          new FlowSolver(
              model.session(),
              model.parts().flow(),
              new Tolerance(tolerance, tolerance),
              () -> false);
      return new ExactEstimator(
              model.session(),
              model.parts(),
              solver,
              new ExactEstimator.Options(count, 1, SEED, false, false),
              test)
          .measure(0, count, done -> {});
    }
  }

  final Bundle.Answer logLikelihood(int count, int steps) {
    return call(LogLikelihood.NAME, "images", images(count), "steps", steps, "seed", SEED);
  }

  /** The largest difference of an image, bits/dim. */
  final double worst(double[][] terms, Bundle.Answer answer) {
    double worst = 0;
    double perBit = shape.size() * Math.log(2);
    for (int i = 0; i < terms[0].length; i++) {
      double expected = (terms[0][i] + terms[1][i] + terms[2][i]) / perBit;
      assertEquals(answer.of("bits_per_dim")[i], -answer.of("log_likelihood")[i] / perBit, 1e-5);
      assertEquals(terms[1][i], answer.of("dequantisation")[i], 1e-3);
      worst = Math.max(worst, Math.abs(expected - answer.of("bits_per_dim")[i]));
    }
    return worst;
  }

  @Test
  void derivativesOfTheScheduleAreItsSlopes() {
    float h = 1f / 512;
    Bundle.Answer at = schedule(0.375f);
    Bundle.Answer before = schedule(0.375f - h);
    Bundle.Answer after = schedule(0.375f + h);
    for (int i = 0; i < at.of("gamma").length; i++) {
      double slope = (after.of("gamma")[i] - before.of("gamma")[i]) / (2 * h);
      assertEquals(slope, at.of("dgamma_dt")[i], 2e-3 * Math.abs(slope) + 1e-2);
      double nu = Math.exp(-at.of("gamma")[i]);
      assertEquals(nu, at.of("nu")[i], 1e-4 * nu);
      assertEquals(-nu * at.of("dgamma_dt")[i], at.of("dnu_dt")[i], 1e-3 * nu * slope);
    }
  }

  private Bundle.Answer schedule(float t) {
    return call(
        Schedule.NAME, "latents", latents(2), "times", Bundle.floats(new float[] {t, t}, 2));
  }

  @Test
  void theScheduleOfImagesIsThatOfTheirMostLikelyLatents() {
    float[] times = {0.1f, 0.9f};
    Bundle.Answer latent = call(Signatures.LATENT, "images", images(2), "seed", SEED);
    float[] mode = filled(2 * latentSize, i -> latent.of("most_likely")[i]);
    Bundle.Answer direct =
        call(Schedule.OF_IMAGES, "images", images(2), "times", Bundle.floats(times.clone(), 2));
    Bundle.Answer through =
        call(
            Schedule.NAME,
            "latents",
            Bundle.floats(mode, 2, latentSize),
            "times",
            Bundle.floats(times.clone(), 2));
    assertArrayEquals(through.of("gamma"), direct.of("gamma"), 1e-6);
  }

  @Test
  void aDrawnLatentIsASubset() {
    Bundle.Answer latent = call(Signatures.LATENT, "images", images(2), "seed", SEED);
    assertEquals(List.of(2L, (long) latentSize), shape(latent, "logits"));
    for (String name : List.of("draw", "most_likely")) {
      double[] c = latent.of(name);
      for (int i = 0; i < 2; i++) {
        double chosen = Arrays.stream(c, i * latentSize, (i + 1) * latentSize).sum();
        assertEquals(exported.config().latent().k(), chosen, 1e-6, name);
      }
    }
  }

  private List<Long> shape(Bundle.Answer answer, String name) {
    return Arrays.stream(answer.shapes().get(name).asArray()).boxed().toList();
  }

  @Test
  void theThreeFormsOfAPredictionAreOne() {
    float[] z = normal(3, 2 * shape.size());
    Bundle.Answer answer =
        call(
            Signatures.DENOISE,
            "z",
            pixels(z.clone()),
            "times",
            Bundle.floats(new float[] {0.3f, 0.8f}, 2),
            "latents",
            latents(2));
    for (int i = 0; i < z.length; i++) {
      double gamma = answer.of("gamma")[i];
      double alpha = Math.sqrt(1 / (1 + Math.exp(gamma)));
      double sigma = Math.sqrt(1 / (1 + Math.exp(-gamma)));
      double signal = answer.of("x_hat")[i];
      double noise = answer.of("epsilon_hat")[i];
      assertEquals(z[i], alpha * signal + sigma * noise, 1e-5);
      assertEquals(answer.of("v_hat")[i], alpha * noise - sigma * signal, 1e-5);
    }
  }

  /** ½ Σ γ' (ε - ε̂)² from two other signatures is the loss's term. */
  @Test
  void theDiffusionTermIsTheErrorOfDenoise() {
    int n = shape.size();
    float[] times = {0.25f, 0.7f};
    float[] noise = normal(5, 2 * n);
    // Uniform draws below any probability: the first k components are chosen.
    float[] latentNoise = filled(2 * latentSize, i -> 1e-6);
    Bundle.Answer loss =
        call(
            Loss.NAME,
            "images",
            images(2),
            "times",
            Bundle.floats(times.clone(), 2),
            "reconstruction_noise",
            pixels(normal(6, 2 * n)),
            "diffusion_noise",
            pixels(noise.clone()),
            "latent_noise",
            Bundle.floats(latentNoise, 2, latentSize),
            "step",
            0L);
    double total = 0;
    for (String term : BoundTerms.NAMES) {
      total += Arrays.stream(loss.of(term)).sum() / 2;
    }
    assertEquals(total / (n * Math.log(2)), loss.of("loss")[0], 1e-5);
    assertEquals(
        exported.card().parameters().get("all"),
        loss.values().entrySet().stream()
            .filter(e -> e.getKey().startsWith(Loss.GRADIENTS))
            .mapToLong(e -> e.getValue().length)
            .sum());

    Bundle.Answer schedule =
        call(Schedule.NAME, "latents", firstOnes(2), "times", Bundle.floats(times.clone(), 2));
    double[] levels = new double[2 * n];
    byte[] bytes = test.copies(2, i -> i);
    float[] z = new float[2 * n];
    for (int i = 0; i < z.length; i++) {
      levels[i] = (2.0 * bytes[i] + 1) / exported.config().data().levels() - 1;
      double gamma = schedule.of("gamma")[i];
      z[i] =
          (float)
              (Math.sqrt(1 / (1 + Math.exp(gamma))) * levels[i]
                  + Math.sqrt(1 / (1 + Math.exp(-gamma))) * noise[i]);
    }
    Bundle.Answer denoised =
        call(
            Signatures.DENOISE,
            "z",
            pixels(z),
            "times",
            Bundle.floats(times.clone(), 2),
            "latents",
            firstOnes(2));
    for (int image = 0; image < 2; image++) {
      double sum = 0;
      for (int i = image * n; i < (image + 1) * n; i++) {
        double error = noise[i] - denoised.of("epsilon_hat")[i];
        sum += 0.5 * schedule.of("dgamma_dt")[i] * error * error;
      }
      assertEquals(loss.of("diffusion")[image], sum, 1e-3 * sum);
    }
  }

  @Test
  void theNoiseOfAStepFitsTheLoss() {
    Bundle.Answer noise = call(Loss.NOISE, "count", 3, "seed", SEED, "step", 11L);
    assertEquals(List.of(3L, (long) latentSize), shape(noise, "latent_noise"));
    double[] times = noise.of("times");
    assertEquals(1.0 / 3, Math.abs(times[1] - times[0]) % (1.0 / 3) + 1.0 / 3, 1e-5);
    Bundle.Answer other = call(Loss.NOISE, "count", 3, "seed", SEED, "step", 12L);
    assertTrue(!Arrays.equals(noise.of("diffusion_noise"), other.of("diffusion_noise")));
  }

  @Test
  void anErrorNamesTheInput() {
    refused("steps", Sample.NAME, "count", 2, "steps", 0, "seed", SEED);
    refused("count", Sample.NAME, "count", 0, "steps", 2, "seed", SEED);
    refused("seed", Sample.NAME, "count", 2, "steps", 2, "seed", -1L);
    refused(
        "times_per_image", BitsPerDim.NAME, "images", images(1), "times_per_image", 0, "seed", 1L);
    refused(
        "images",
        BitsPerDim.NAME,
        "images",
        Bundle.images(new byte[81], 1, 9, 9, 1),
        "times_per_image",
        1,
        "seed",
        1L);
    refused("images", Signatures.LATENT, "images", Bundle.images(new byte[64], 64), "seed", 1L);
    refused(
        "images", Signatures.LATENT, "images", Bundle.images(new byte[0], 0, 8, 8, 1), "seed", 1L);
    byte[] bright = new byte[64];
    bright[9] = 17;
    refused("images", Signatures.LATENT, "images", Bundle.images(bright, 1, 8, 8, 1), "seed", 1L);
    refused("times", Schedule.NAME, "latents", latents(2), "times", Bundle.floats(new float[3], 3));
    refused(
        "times",
        Schedule.NAME,
        "latents",
        latents(1),
        "times",
        Bundle.floats(new float[] {1.5f}, 1));
    refused(
        "latents",
        Signatures.DENOISE,
        "z",
        pixels(new float[64]),
        "times",
        Bundle.floats(new float[1], 1),
        "latents",
        Bundle.floats(new float[5], 1, 5));
  }

  /** TensorFlow counts its arguments here; it does not name them. */
  @Test
  void anErrorNamesTheExpectedType() {
    refused("uint8 but float", Signatures.LATENT, "images", pixels(new float[64]), "seed", 1L);
  }

  private void refused(String input, String signature, Object... inputs) {
    Exception e =
        assertThrows(Exception.class, () -> call(signature, inputs), signature + ": " + input);
    assertTrue(
        e instanceof TensorFlowException || e instanceof IllegalArgumentException,
        () -> e.toString());
    assertTrue(e.getMessage().contains(input), e::getMessage);
  }
}
