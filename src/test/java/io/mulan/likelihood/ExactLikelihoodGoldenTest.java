package io.mulan.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.flow.FlowGraph;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.flow.Probe;
import io.mulan.golden.Agreement;
import io.mulan.golden.GoldenCase;
import io.mulan.golden.GoldenFile;
import io.mulan.golden.GoldenParameter;
import io.mulan.golden.GoldenReport;
import io.mulan.nn.Weights;
import io.mulan.numpy.NpyArray;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;

/** The likelihood by the probability flow, piece by piece and as a whole. */
@Tag("golden")
@Tag("integration")
final class ExactLikelihoodGoldenTest {
  private static final double LOG_DENSITY = 1e-3;

  /**
   * Of the mean over samples. Rounding decides which steps are tried again, and then the two
   * solvers choose the next one by other rules: where the published code takes 392 to 416
   * evaluations, this network takes 368 to 458 by the published rule.
   */
  private static final double EVALUATIONS = 0.1;

  @TestFactory
  Stream<DynamicTest> theLikelihoodEqualsThePublishedOne() {
    return GoldenFile.someChecks("likelihood", c -> true, ExactLikelihoodGoldenTest::check);
  }

  private static void check(GoldenCase golden) {
    try (Case c = new Case(golden)) {
      for (int sample = 0; sample < c.samples; sample++) {
        c.startsWhereThePublishedOneDoes(sample);
        c.hasThePublishedVectorField(sample);
        c.arrivesWhereThePublishedOneDoes(sample);
      }
      c.takesAsManyEvaluations();
      GoldenReport.require(
          golden,
          c.agreements.values().stream()
              .map(a -> GoldenReport.worst(a.get(0).quantity(), a))
              .toList(),
          c.agreements.values().stream().flatMap(List::stream).toList());
    }
  }

  private static final class Case implements AutoCloseable {
    private final GoldenCase golden;
    private final ImageShape image;
    private final int batch;
    private final int samples;
    private final Graph graph = new Graph();
    private final Maths<TFloat32> m = new Maths<>(GraphScope.ops(graph), TFloat32.class);
    private final Weights<TFloat32> weights;
    private final DiffusionModel model;
    private final Dequantisation dequantisation;
    private final FlowGraph flow;
    private final DequantisedStart start;
    private final GraphSession session;
    private final TFloat32 latent;
    private final Map<String, List<Agreement>> agreements = new TreeMap<>();

    /** Mean over the samples so far, at the published tolerance. */
    private double evaluations;

    Case(GoldenCase golden) {
      this.golden = golden;
      long[] shape = golden.inputShape("images"); // [1, B, H, W, C]
      image = new ImageShape((int) shape[2], (int) shape[3], (int) shape[4]);
      batch = (int) shape[1];
      samples = golden.array("out/nfe").toDoubles().length;
      weights = constants();
      RunConfig config = golden.config().run();
      model = new DiffusionModel(config, image);
      dequantisation =
          golden.config().is("dequantization", "tn")
              ? new Dequantisation.PublishedTruncatedNormal()
              : new Dequantisation.Uniform(config.data().levels(), true);
      start = DequantisedStart.build(m, model, weights, dequantisation, true);
      // A quirk: every entry of the VDM's latent is on, and a one is what it is shown.
      flow =
          FlowGraph.build(
                  m,
                  model,
                  c ->
                      golden.config().isVdm()
                          ? model.reverse(m, weights, m.add(c, 1))
                          : model.reverse(m, weights, c))
              .withDivergence(m, Probe.RADEMACHER);
      session = GraphSession.open(graph);
      latent = latents();
    }

    private Weights<TFloat32> constants() {
      Map<String, GoldenParameter> parameters = new HashMap<>();
      golden.parameters().forEach(p -> parameters.put(p.name(), p));
      Map<String, Operand<TFloat32>> made = new HashMap<>();
      return (name, shape, initializer) ->
          made.computeIfAbsent(
              name,
              n -> {
                GoldenParameter p = parameters.get(n);
                return m.reshape(m.vector(p.values()), p.shape());
              });
    }

    private TUint8 images() {
      return TUint8.tensorOf(
          Shape.of(batch, image.height(), image.width(), image.channels()),
          DataBuffers.of(golden.array("in/images").toBytes(), true, false));
    }

    private TFloat32 latents() {
      try (TUint8 images = images();
          Result result =
              session.runner().feed(start.images(), images).fetch(start.latent()).run()) {
        TFloat32 c = (TFloat32) result.get(0);
        float[] values = new float[(int) c.size()];
        c.asRawTensor().data().asFloats().read(values);
        return TFloat32.tensorOf(c.shape(), DataBuffers.of(values, true, true));
      }
    }

    /** Of a result [samples, n], one sample. */
    private double[] row(String name, int sample) {
      double[] all = golden.array(name).toDoubles();
      int n = all.length / samples;
      return Arrays.copyOfRange(all, sample * n, (sample + 1) * n);
    }

    private double[] z0(int sample) {
      return Arrays.copyOf(row("f64/y0", sample), batch * image.size());
    }

    private TFloat64 images(double[] values) {
      return TFloat64.tensorOf(
          Shape.of(batch, image.height(), image.width(), image.channels()),
          DataBuffers.of(values, true, true));
    }

    void startsWhereThePublishedOneDoes(int sample) {
      Maths<TFloat64> d = m.doubles();
      String law = golden.config().is("dequantization", "tn") ? "truncated_normal" : "uniform";
      double[] noise = golden.noise(law).get(sample).toDoubles();
      Operand<TFloat64> u =
          d.reshape(d.vector(noise), batch, image.height(), image.width(), image.channels());
      Operand<TFloat64> gamma0 = model.reverse(m, weights, start.latent()).gamma0();
      Operand<TFloat64> z0 =
          dequantisation.place(d, model.codec().encode(d, start.images()), gamma0, u);
      Operand<TFloat64> logQ = dequantisation.logDensity(d, gamma0, u);
      Operand<TFloat64> expected = dequantisation.expectedLogDensity(d, gamma0, u);
      try (TUint8 images = images();
          GraphSession now = GraphSession.open(graph);
          Result result =
              now.runner()
                  .feed(start.images(), images)
                  .fetch(z0)
                  .fetch(start.kl())
                  .fetch(logQ)
                  .fetch(expected)
                  .run()) {
        double[] place = values((TFloat64) result.get(0));
        double[] published = z0(sample);
        for (int i = 0; i < place.length; i++) {
          assertEquals(published[i], place[i], 1e-6, "z_0");
        }
        double bits = image.size() * Math.log(2);
        double offset = golden.array("f64/bpd_offset").toDoubles()[0];
        double[] kl = row("f64/aux", sample);
        double[] publishedQ = row("f64/log_q", sample);
        for (int i = 0; i < batch; i++) {
          assertEquals(kl[i], ((TFloat32) result.get(1)).getFloat(i), 1e-5 * Math.max(1, kl[i]));
          if (samples == 1) {
            assertEquals(offset, ((TFloat64) result.get(3)).getDouble(i) / bits, 1e-6, "offset");
          } else {
            double ours = ((TFloat64) result.get(2)).getDouble(i) / bits;
            assertEquals(publishedQ[i] / bits + offset, ours, 1e-6, "log q");
          }
        }
      }
    }

    void hasThePublishedVectorField(int sample) {
      double[] published = row("f64/rhs_at_y0_t_0_0.3_0.7_1", sample);
      double[] single = row("out/rhs_at_y0_t_0_0.3_0.7_1", sample);
      double[] times = {0, 0.3, 0.7, 1};
      int n = published.length / times.length;
      for (int k = 0; k < times.length; k++) {
        double[] exact = Arrays.copyOfRange(published, k * n, (k + 1) * n);
        double[] theirs = Arrays.copyOfRange(single, k * n, (k + 1) * n);
        double[] ours = rhs(z0(sample), times[k], sample);
        int z = batch * image.size();
        near(exact, theirs, ours, 0, z, "drift");
        near(exact, theirs, ours, z, n, "divergence");
      }
    }

    private void near(
        double[] exact, double[] theirs, double[] ours, int from, int to, String what) {
      add(
          Agreement.of(
              what,
              Arrays.copyOfRange(theirs, from, to),
              Arrays.copyOfRange(exact, from, to),
              Arrays.copyOfRange(ours, from, to)));
    }

    private double[] rhs(double[] at, double time, int sample) {
      try (TFloat64 z = images(at);
          TFloat64 t = TFloat64.scalarOf(time);
          TFloat64 probe = probe(sample);
          Result result =
              session
                  .runner()
                  .feed(flow.z(), z)
                  .feed(flow.t(), t)
                  .feed(flow.latent(), latent)
                  .feed(flow.divergence().orElseThrow().probe(), probe)
                  .fetch(flow.drift())
                  .fetch(flow.divergence().orElseThrow().value())
                  .run()) {
        double[] drift = values((TFloat64) result.get(0));
        double[] divergence = values((TFloat64) result.get(1));
        double[] both = Arrays.copyOf(drift, drift.length + batch);
        System.arraycopy(divergence, 0, both, drift.length, batch);
        return both;
      }
    }

    private TFloat64 probe(int sample) {
      if (golden.config().is("hutchinson", "Rademacher")) {
        NpyArray bits = golden.noise("randint").get(sample);
        return images(Arrays.stream(bits.toDoubles()).map(b -> 2 * b - 1).toArray());
      }
      return images(golden.noise("normal").get(sample).toDoubles());
    }

    /**
     * At the published tolerance as near to the tight value as the published code gets in either
     * precision; at a tighter one near in any case.
     */
    void arrivesWhereThePublishedOneDoes(int sample) {
      double[] tight = row("f64/tight_log_p", sample);
      double theirs =
          Math.max(
              relative(tight, row("f64/log_p", sample)), relative(tight, row("out/log_p", sample)));
      double relative = golden.json().get("rtol").asDouble();
      double absolute = golden.json().get("atol").asDouble();
      FlowSolver.End end = follow(sample, new Tolerance(relative, absolute));
      nearTight("log p", tight, end, theirs, Math.max(LOG_DENSITY, 3 * theirs));
      evaluations += (double) end.evaluations() / samples;
      FlowSolver.End tighter = follow(sample, new Tolerance(relative / 20, absolute / 20));
      nearTight("log p by a tighter solver", tight, tighter, theirs, LOG_DENSITY);
    }

    /** On average, at the published tolerance. */
    void takesAsManyEvaluations() {
      double calls = Arrays.stream(golden.array("out/nfe").toDoubles()).average().orElseThrow();
      double more = Math.abs(evaluations - calls) / calls;
      add(new Agreement("evaluations", calls, evaluations, 0, more, EVALUATIONS));
    }

    private void add(Agreement agreement) {
      agreements.computeIfAbsent(agreement.quantity(), q -> new ArrayList<>()).add(agreement);
    }

    private FlowSolver.End follow(int sample, Tolerance tolerance) {
      FlowSolver solver = new FlowSolver(session, flow, tolerance, () -> false);
      try (TFloat64 probe = probe(sample)) {
        return solver.followWithDivergence(z0(sample), latent, 0, 1, probe);
      }
    }

    private void nearTight(
        String what, double[] tight, FlowSolver.End end, double theirs, double allowed) {
      double[] ours = ExactEstimator.logDensities(end, batch);
      add(new Agreement(what, tight[0], ours[0], theirs, relative(tight, ours), allowed));
    }

    /** The largest relative difference. */
    private static double relative(double[] exact, double[] values) {
      double largest = 0;
      for (int i = 0; i < exact.length; i++) {
        largest = Math.max(largest, Math.abs(values[i] - exact[i]) / Math.abs(exact[i]));
      }
      return largest;
    }

    private static double[] values(TFloat64 tensor) {
      double[] values = new double[(int) tensor.size()];
      tensor.asRawTensor().data().asDoubles().read(values);
      return values;
    }

    @Override
    public void close() {
      latent.close();
      session.close();
      graph.close();
    }
  }
}
