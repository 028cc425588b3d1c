package io.mulan.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.flow.FlowGraph;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

/** All samplers, on a small network with random weights. */
@Tag("repeatable")
final class ImageSamplerTest {
  private static final ImageShape IMAGE = new ImageShape(4, 3, 2);
  private static final int BATCH = 5;
  private static final int STEPS = 12;

  private static Graph graph;
  private static GraphSession session;
  private static Parts parts;

  /**
   * Everything asked.
   *
   * @param unrolled a few ancestral steps, built one after the other
   */
  private record Parts(
      Map<Sampler, SamplingGraph> sampling,
      FlowGraph flow,
      EncodingGraph encoding,
      Operand<TFloat64> unrolled) {
    SamplingGraph of(Sampler sampler) {
      return sampling.get(sampler);
    }
  }

  @BeforeAll
  static void build() {
    DiffusionModel model =
        new DiffusionModel(
            ConfigReader.read(
                Optional.of("digits-published"),
                Optional.empty(),
                List.of(
                    "data.levels=16",
                    "schedule.gamma_min=-6",
                    "schedule.gamma_max=4",
                    "schedule.width=6",
                    "latent.size=5",
                    "latent.k=2",
                    "network.channels=8",
                    "network.layers=1",
                    "network.groups=2",
                    "network.fourier=[]")),
            IMAGE);
    graph = new Graph();
    Maths<TFloat32> m = new Maths<>(GraphScope.ops(graph), TFloat32.class);
    Weights<TFloat32> weights = weights(m);
    Map<Sampler, SamplingGraph> sampling = new EnumMap<>(Sampler.class);
    for (Sampler sampler : Sampler.values()) {
      sampling.put(sampler, SamplingGraph.build(m, model, weights, sampler));
    }
    SamplingGraph ancestral = sampling.get(Sampler.ANCESTRAL);
    parts =
        new Parts(
            sampling,
            FlowGraph.build(m, model, weights),
            EncodingGraph.build(m, model, weights),
            unrolled(m, model.reverse(m, weights, ancestral.latent()), ancestral));
    session = GraphSession.open(graph);
  }

  /** The first three steps, without a loop. */
  private static Operand<TFloat64> unrolled(
      Maths<TFloat32> m, ReverseProcess<TFloat32> reverse, SamplingGraph sampling) {
    Maths<TFloat64> d = m.doubles();
    Operand<TFloat64> z = sampling.z();
    for (int i = 0; i < 3; i++) {
      StatelessRandom<TFloat64> random =
          new StatelessRandom<>(d, sampling.seed(), m.ops().constant(i + 1L))
              .rows(sampling.firstRow());
      Operand<TFloat64> t = d.constant((double) (STEPS - i) / STEPS);
      Operand<TFloat64> s = d.constant((double) (STEPS - i - 1) / STEPS);
      z = reverse.step(z, t, s, random.normal("step", m.ops().shape(z)));
    }
    return z;
  }

  private static Weights<TFloat32> weights(Maths<TFloat32> m) {
    Map<String, Operand<TFloat32>> made = new HashMap<>();
    return (name, shape, initializer) ->
        made.computeIfAbsent(
            name,
            n -> {
              Random random = new Random(StatelessRandom.hash(n));
              double inputs = (double) shape.size() / shape.get(-1);
              double scale = n.endsWith("/kernel") ? 0.8 / Math.sqrt(inputs) : 0.1;
              double centre = n.endsWith("/scale") ? 1 : 0;
              double[] values =
                  random.doubles(shape.size(), -1, 1).map(x -> centre + scale * x).toArray();
              return m.reshape(m.vector(values), shape.asArray());
            });
  }

  @AfterAll
  static void close() {
    session.close();
    graph.close();
  }

  private ImageSampler sampler(Sampler kind, long seed) {
    return new ImageSampler(session, parts.of(kind), seed);
  }

  private double[] draw(ImageSampler sampler, int first, int count, int... stops) {
    try (TFloat32 latents = sampler.latents(first, count)) {
      ImageSampler.State state = ImageSampler.State.of(sampler.noise(first, count));
      int from = 0;
      for (int to : stops) {
        state = sampler.advance(state, latents, first, from, to, STEPS);
        from = to;
      }
      return state.z();
    }
  }

  @ParameterizedTest
  @EnumSource(Sampler.class)
  void theSameSeedGivesTheSameBits(Sampler kind) {
    double[] once = draw(sampler(kind, 3), 0, BATCH, STEPS);
    assertArrayEquals(once, draw(sampler(kind, 3), 0, BATCH, STEPS));
    double[] other = draw(sampler(kind, 4), 0, BATCH, STEPS);
    assertTrue(Math.abs(once[0] - other[0]) > 1e-3, "another seed, another image");
  }

  @ParameterizedTest
  @EnumSource(Sampler.class)
  void stepsInPiecesAreTheSameToTheBit(Sampler kind) {
    double[] whole = draw(sampler(kind, 3), 0, BATCH, STEPS);
    assertArrayEquals(whole, draw(sampler(kind, 3), 0, BATCH, 1, 2, 7, STEPS));
  }

  @ParameterizedTest
  @EnumSource(Sampler.class)
  void anImageIsTheSameWhateverItIsDrawnWith(Sampler kind) {
    double[] all = draw(sampler(kind, 3), 0, BATCH, STEPS);
    double[] first = draw(sampler(kind, 3), 0, 2, STEPS);
    double[] others = draw(sampler(kind, 3), 2, BATCH - 2, STEPS);
    int n = IMAGE.size();
    assertArrayEquals(Arrays.copyOf(all, 2 * n), first, 1e-4);
    assertArrayEquals(Arrays.copyOfRange(all, 2 * n, all.length), others, 1e-4);
  }

  @Test
  void theLoopMakesTheStepsOfTheReverseProcess() {
    ImageSampler sampler = sampler(Sampler.ANCESTRAL, 3);
    double[] looped = draw(sampler, 0, BATCH, 3);
    SamplingGraph graph = parts.of(Sampler.ANCESTRAL);
    try (TFloat32 latents = sampler.latents(0, BATCH);
        TFloat64 z =
            Tensors.of(
                Shape.of(BATCH, IMAGE.height(), IMAGE.width(), IMAGE.channels()),
                sampler.noise(0, BATCH));
        TInt64 seed = TInt64.scalarOf(3);
        TInt64 first = TInt64.scalarOf(0);
        Result result =
            session
                .runner()
                .feed(graph.latent(), latents)
                .feed(graph.z(), z)
                .feed(graph.seed(), seed)
                .feed(graph.firstRow(), first)
                .fetch(parts.unrolled())
                .run()) {
      assertArrayEquals(looped, Tensors.doubles((TFloat64) result.get(0)), 1e-6);
    }
  }

  /** Of a method of order p, the error falls by 4^p with four times as many steps. */
  @Tag("integration")
  @ParameterizedTest
  @CsvSource({"DDIM, 1", "DPMPP_2M, 2", "HEUN, 2"})
  void samplersConvergeToTheFlow(Sampler kind, int order) {
    ImageSampler sampler = sampler(kind, 3);
    FlowSolver solver =
        new FlowSolver(session, parts.flow(), new Tolerance(1e-7, 1e-7), () -> false);
    try (TFloat32 latents = sampler.latents(0, BATCH)) {
      double[] noise = sampler.noise(0, BATCH);
      double[] exact = solver.follow(noise, latents, 1, 0).z();
      double coarse = distance(exact, sampler.all(noise, latents, 0, 50));
      double fine = distance(exact, sampler.all(noise, latents, 0, 200));
      double ratio = Math.pow(4, order);
      assertTrue(coarse < 0.5 / ratio, "50 steps: " + coarse);
      assertEquals(ratio, coarse / fine, ratio / 4, "50 steps: " + coarse + ", 200: " + fine);
    }
  }

  /** The range of 16 levels; this network, which was not trained, predicts images far outside. */
  @ParameterizedTest
  @EnumSource(Sampler.class)
  void aClippedImageStaysInTheRangeOfImages(Sampler kind) {
    double highest = 15.0 / 16;
    double free = largest(sampler(kind, 3));
    double clipped = largest(new ImageSampler(session, parts.of(kind), 3, true));
    assertTrue(free > 1.2, "without: " + free);
    assertEquals(highest, clipped, 1e-12);
  }

  /** Of |x̂| at the last of some steps. */
  private static double largest(ImageSampler sampler) {
    try (TFloat32 latents = sampler.latents(0, BATCH)) {
      ImageSampler.State start = ImageSampler.State.of(sampler.noise(0, BATCH));
      double[] x = sampler.advance(start, latents, 0, 0, 3, STEPS).signal();
      return Arrays.stream(x).map(Math::abs).max().orElseThrow();
    }
  }

  private static double distance(double[] a, double[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares / a.length);
  }

  @Tag("integration")
  @Test
  void whatIsEncodedIsDecodedToItself() {
    byte[] images = new byte[BATCH * IMAGE.size()];
    Random random = new Random(1);
    for (int i = 0; i < images.length; i++) {
      images[i] = (byte) random.nextInt(16);
    }
    Encodings encodings = new Encodings(session, parts.encoding());
    FlowCodec codec =
        new FlowCodec(
            encodings,
            new FlowSolver(session, parts.flow(), new Tolerance(1e-6, 1e-6), () -> false));
    try (TFloat32 latent = encodings.mostLikely(images, new float[0])) {
      FlowCodec.Encoded encoded = codec.encode(images, latent);
      double[] back = codec.decode(encoded.z1(), latent).z();
      assertArrayEquals(encoded.z0(), back, 1e-3);
      assertArrayEquals(images, sampler(Sampler.HEUN, 0).mostLikely(back, latent));
    }
  }

  @Test
  void theArcBetweenTwoNoisesKeepsTheirLength() {
    double[] a = {3, 0, 0};
    double[] b = {0, 3, 0};
    assertArrayEquals(a, FlowCodec.between(a, b, 0), 1e-12);
    assertArrayEquals(b, FlowCodec.between(a, b, 1), 1e-12);
    double[] middle = FlowCodec.between(a, b, 0.5);
    assertArrayEquals(new double[] {3 / Math.sqrt(2), 3 / Math.sqrt(2), 0}, middle, 1e-12);
    assertArrayEquals(a, FlowCodec.between(a, a, 0.3), 1e-12);
  }

  @Test
  void aDrawGivenZ0HasTheLawOfTheBound() {
    ImageSampler sampler = sampler(Sampler.ANCESTRAL, 3);
    int count = 2000;
    float[] latent = new float[count * 5];
    for (int i = 0; i < count; i++) {
      latent[5 * i] = latent[5 * i + 1] = 1;
    }
    // γ_0 = -6: between two levels, both are as likely and the others are not unlikely.
    double alpha = Math.sqrt(1 / (1 + Math.exp(-6)));
    double[] z0 = new double[count * IMAGE.size()];
    Arrays.fill(z0, alpha * (2 * (7.0 + 1) / 16 - 1));
    try (TFloat32 c = Tensors.of(Shape.of(count, 5), latent)) {
      int[] counts = new int[16];
      for (byte level : sampler.drawn(z0, c, 0)) {
        counts[level]++;
      }
      double[] weights = new double[16];
      double sum = 0;
      for (int k = 0; k < 16; k++) {
        double distance = (2 * (k + 0.5) - 16) / 16;
        weights[k] = Math.exp(-0.5 * distance * distance * Math.exp(6));
        sum += weights[k];
      }
      for (int k = 0; k < 16; k++) {
        double expected = z0.length * weights[k] / sum;
        assertEquals(expected, counts[k], 4 * Math.sqrt(expected) + 1, "level " + k);
      }
    }
  }
}
