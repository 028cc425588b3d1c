package io.mulan.benchmark;

import io.mulan.flow.FlowGraph;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.flow.NetworkGraph;
import io.mulan.flow.Probe;
import io.mulan.run.TrainedRun;
import io.mulan.sampling.ImageSampler;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import io.mulan.tf.Tensors;
import io.mulan.training.TrainedModel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * What a step of the sampler and an evaluation of the flow cost beside the bare network, in turns,
 * so that a machine that slows down slows all of them.
 */
public final class InferenceBenchmark {
  private static final int ROUNDS = 7;
  private static final int STEPS = 20;

  private InferenceBenchmark() {}

  private record Parts(NetworkGraph network, SamplingGraph sampling, FlowGraph flow) {
  }

  /** A table of seconds for each evaluation of the network, medians. */
  public static String measure(TrainedRun run, int batch) {
    try (TrainedModel<Parts> model =
        run.open(
            (m, diffusion, weights) ->
                new Parts(
                    NetworkGraph.build(m, diffusion, weights),
                    SamplingGraph.build(m, diffusion, weights, Sampler.ANCESTRAL),
                    FlowGraph.build(m, diffusion, weights).withDivergence(m, Probe.RADEMACHER)))) {
      Map<String, double[]> times = times(model, batch);
      double network = median(times.get("network"));
      double product = median(times.get("product"));
      return "seconds for each evaluation of the network, batch "
          + batch
          + ", medians of "
          + ROUNDS
          + " rounds in turns\n"
          + row("network alone", network, network)
          + row("ancestral sampling", median(times.get("sampling")), network)
          + row("network and vector-Jacobian product", product, product)
          + row("exact likelihood", median(times.get("likelihood")), product);
    }
  }

  private static Map<String, double[]> times(TrainedModel<Parts> model, int batch) {
    Parts parts = model.parts();
    ImageSampler sampler = new ImageSampler(model.session(), parts.sampling(), 0);
    FlowSolver solver =
        new FlowSolver(model.session(), parts.flow(), new Tolerance(1e-3, 1e-3), () -> false);
    double[] z = sampler.noise(0, batch);
    Map<String, double[]> times = new LinkedHashMap<>();
    try (TFloat32 drawn = sampler.latents(0, batch);
        TFloat32 latents = untold(drawn, sampler)) {
      Map<String, DoubleSupplier> works = new LinkedHashMap<>();
      works.put("network", () -> network(model, parts.network().output(), z, latents));
      works.put(
          "sampling",
          () -> {
            sampler.advance(z, latents, 0, 0, STEPS, STEPS);
            return STEPS;
          });
      works.put("product", () -> network(model, parts.network().product(), z, latents));
      works.put(
          "likelihood",
          () ->
              solver
                  .followWithDivergence(z, latents, 1, 0.5, new FlowSolver.Probes(0, 0, 0, false))
                  .evaluations());
      works.forEach((name, work) -> times.put(name, new double[ROUNDS]));
      for (int round = -1; round < ROUNDS; round++) {
        for (Map.Entry<String, DoubleSupplier> work : works.entrySet()) {
          long start = System.nanoTime();
          double count = work.getValue().getAsDouble();
          double each = (System.nanoTime() - start) / 1e9 / count;
          if (round >= 0) { // the first one warms up
            times.get(work.getKey())[round] = each;
          }
        }
      }
    }
    return times;
  }

  /** With conditions of zero beside them. */
  private static TFloat32 untold(TFloat32 latents, ImageSampler sampler) {
    Shape shape = latents.shape();
    long conditions = sampler.withConditionsSize() - shape.get(1);
    return Tensors.beside(latents, new float[(int) (shape.get(0) * conditions)]);
  }

  private static int network(
      TrainedModel<Parts> model, Operand<TFloat32> what, double[] z, TFloat32 latents) {
    NetworkGraph graph = model.parts().network();
    long batch = latents.shape().get(0);
    Shape image = graph.z().shape();
    float[] values = new float[z.length];
    for (int i = 0; i < z.length; i++) {
      values[i] = (float) z[i];
    }
    try (TFloat32 input =
            Tensors.of(Shape.of(batch, image.get(1), image.get(2), image.get(3)), values);
        TFloat64 gamma = Tensors.of(Shape.of(batch, 1, 1, 1), new double[(int) batch])) {
      for (int i = 0; i < STEPS; i++) {
        model
            .session()
            .runner()
            .feed(graph.z(), input)
            .feed(graph.gamma(), gamma)
            .feed(graph.conditioning(), latents)
            .fetch(what)
            .run()
            .close();
      }
    }
    return STEPS;
  }

  private static double median(double[] times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static String row(String name, double seconds, double bare) {
    return String.format(
        Locale.ROOT, "  %-38s%10.5f%8.0f%%%n", name, seconds, 100 * bare / seconds);
  }
}
