package io.mulan.benchmark;

import io.mulan.benchmark.BenchmarkPlan.What;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import io.mulan.data.Datasets.DataShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.flow.FlowGraph;
import io.mulan.flow.Probe;
import io.mulan.likelihood.BoundGraph;
import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StepTrace;
import io.mulan.tf.Tensors;
import io.mulan.training.TrainedModel;
import io.mulan.training.TrainingSession.MeasuredStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * A step of what a model does without training, with weights that have learned nothing: the bound,
 * a step of the ancestral sampler, or an evaluation of the probability flow with its divergence.
 * Each is measured in turns with the bare network, or with its vector-Jacobian product.
 */
public final class InferenceStep implements AutoCloseable {
  private static final int TURNS = 20;

  private final What what;
  private final DataShape data;
  private final int batch;
  private final Random random = new Random(0);
  private final TrainedModel<Parts> model;
  private final List<Tensor> tensors = new ArrayList<>();

  /** The bare network, and the one thing that is measured next to it. */
  private record Parts(
      NetworkGraph network,
      Optional<BoundGraph> bound,
      Optional<SamplingGraph> sampling,
      Optional<FlowGraph> flow) {}

  /**
   * What is run, with what, and what it costs.
   *
   * @param nothing an operation that computes nothing
   * @param flops for each image
   */
  private record Run(
      GraphSession session,
      Map<Operand<?>, Tensor> feeds,
      List<Operand<?>> fetches,
      Operation nothing,
      long flops)
      implements MeasuredStep {

    private GraphSession.Runner fed() {
      GraphSession.Runner runner = session.runner();
      feeds.forEach(runner::feed);
      return runner;
    }

    private GraphSession.Runner fetched() {
      GraphSession.Runner runner = fed();
      fetches.forEach(runner::fetch);
      return runner;
    }

    @Override
    public void run() {
      fetched().run().close();
    }

    @Override
    public StepTrace trace() {
      return StepTrace.of(fetched());
    }

    @Override
    public void idle() {
      fed().addTarget(nothing).run().close();
    }
  }

  private InferenceStep(What what, RunConfig config) {
    this.what = what;
    this.data = Datasets.shape(config.data());
    this.batch = config.training().batch();
    this.model =
        TrainedModel.untrained(
            config,
            data.image(),
            (m, diffusion, weights) ->
                new Parts(
                    NetworkGraph.build(m, diffusion, weights),
                    only(What.SCORE, () -> BoundGraph.build(m, diffusion, weights)),
                    only(
                        What.SAMPLE,
                        () -> SamplingGraph.build(m, diffusion, weights, Sampler.ANCESTRAL)),
                    only(
                        What.EXACT,
                        () ->
                            FlowGraph.build(m, diffusion, weights)
                                .withDivergence(m, Probe.RADEMACHER))));
  }

  private <T> Optional<T> only(What wanted, Supplier<T> part) {
    return what == wanted ? Optional.of(part.get()) : Optional.empty();
  }

  /** Measures what is asked for and the network next to it, in this order. */
  static Map<String, StepMeasurement> measure(What what, RunConfig config, int steps) {
    long start = System.nanoTime();
    try (InferenceStep step = new InferenceStep(what, config)) {
      double build = (System.nanoTime() - start) / 1e9;
      return step.measure(step.runs(config), build, steps);
    }
  }

  /**
   * A table of seconds for each evaluation of the network: of the bare network, and of what the
   * sampler and the flow make of it.
   */
  public static String overhead(RunConfig config) {
    StringBuilder table = new StringBuilder();
    table.append("seconds for each evaluation of the network, batch ");
    table.append(config.training().batch()).append(", medians of ").append(TURNS);
    table.append(" turns\n");
    for (What what : List.of(What.SAMPLE, What.EXACT)) {
      try (InferenceStep step = new InferenceStep(what, config)) {
        Map<String, Run> runs = step.runs(config);
        List<StepTiming> timings = inTurns(runs, TURNS);
        double bare = timings.get(timings.size() - 1).medianSeconds();
        int i = 0;
        for (String name : runs.keySet()) {
          double seconds = timings.get(i++).medianSeconds();
          table.append(
              String.format(
                  Locale.ROOT, "  %-20s%10.5f%8.0f%%%n", name, seconds, 100 * bare / seconds));
        }
      }
    }
    return table.toString();
  }

  private static List<StepTiming> inTurns(Map<String, Run> runs, int steps) {
    return StepTiming.inTurns(
        runs.values().stream().<Runnable>map(run -> run::run).toList(), steps);
  }

  /** What is asked for, and last the network next to it. */
  private Map<String, Run> runs(RunConfig config) {
    InferenceCost cost = new InferenceCost(config, data.image());
    Map<String, Run> runs = new LinkedHashMap<>();
    Parts parts = model.parts();
    parts.bound().ifPresent(g -> runs.put("bound", bound(g, cost.bound())));
    parts.sampling().ifPresent(g -> runs.put("sampler", sampling(g, cost.samplingStep())));
    parts.flow().ifPresent(g -> runs.put("flow", flow(g, cost.flow())));
    NetworkGraph network = parts.network();
    if (what == What.EXACT) {
      long flops = cost.networkWithProduct();
      runs.put("network, gradient", network(network, network.product(), flops));
    } else {
      runs.put("network", network(network, network.output(), cost.network()));
    }
    return runs;
  }

  private Map<String, StepMeasurement> measure(Map<String, Run> runs, double build, int steps) {
    List<StepTiming> timings = inTurns(runs, steps);
    Function<StepTrace, Function<StepTrace.Ran, String>> parts =
        what == What.EXACT ? StepParts::withBackward : StepParts::forwards;
    Map<String, StepMeasurement> measured = new LinkedHashMap<>();
    runs.forEach(
        (name, run) ->
            measured.put(
                name,
                StepMeasurement.of(
                    build, timings.get(measured.size()), batch, run.flops(), run, parts)));
    return measured;
  }

  private Run run(Map<Operand<?>, Tensor> feeds, long flops, Operand<?>... fetches) {
    Operation nothing = model.variables().get(0).handle().op();
    return new Run(model.session(), feeds, List.of(fetches), nothing, flops);
  }

  private Run bound(BoundGraph g, long flops) {
    byte[] levels = StepMeasurement.randomLevels(data, batch, 0);
    Map<Operand<?>, Tensor> feeds =
        new HashMap<>(
            Map.of(
                g.images(), kept(Tensors.of(images(), levels)),
                g.seed(), kept(TInt64.scalarOf(0)),
                g.firstRow(), kept(TInt64.scalarOf(0)),
                g.perImage(), kept(TInt64.scalarOf(1))));
    g.conditions().ifPresent(given -> feeds.put(given, latents(given)));
    return run(feeds, flops, g.terms(), g.slowest());
  }

  private Run sampling(SamplingGraph g, long flops) {
    return run(
        Map.of(
            g.z(), signal(),
            g.latent(), latents(g.latent()),
            g.seed(), kept(TInt64.scalarOf(0)),
            g.firstRow(), kept(TInt64.scalarOf(0)),
            g.from(), kept(TInt32.scalarOf(0)),
            g.to(), kept(TInt32.scalarOf(1)),
            g.steps(), kept(TInt32.scalarOf(1000))),
        flops,
        g.next());
  }

  private Run flow(FlowGraph g, long flops) {
    FlowGraph.Divergence divergence = g.divergence().orElseThrow();
    return run(
        Map.of(
            g.z(), signal(),
            g.t(), kept(TFloat64.scalarOf(0.5)),
            g.latent(), latents(g.latent()),
            divergence.seed(), kept(TInt64.scalarOf(0)),
            divergence.draw(), kept(TInt64.scalarOf(0)),
            divergence.firstRow(), kept(TInt64.scalarOf(0))),
        flops,
        g.drift(),
        divergence.value());
  }

  private Run network(NetworkGraph g, Operand<TFloat32> result, long flops) {
    return run(
        Map.of(
            g.z(), kept(Tensors.of(images(), normal(images().size()))),
            g.gamma(), kept(Tensors.of(Shape.of(batch, 1, 1, 1), new double[batch])),
            g.conditioning(), latents(g.conditioning())),
        flops,
        result);
  }

  private Shape images() {
    return Shape.of(data.image().batch(batch));
  }

  /** Random [B,H,W,C]. */
  private Tensor signal() {
    return kept(Tensors.of(images(), random.doubles(images().size(), -1, 1).toArray()));
  }

  /** Random [B,n]. */
  private Tensor latents(Operand<TFloat32> like) {
    long size = like.shape().get(1);
    return kept(Tensors.of(Shape.of(batch, size), normal(batch * size)));
  }

  private float[] normal(long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Closed in the end. */
  private <T extends Tensor> T kept(T tensor) {
    tensors.add(tensor);
    return tensor;
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::close);
    model.close();
  }

  /**
   * The score network alone and its vector-Jacobian product: the least that a step of a sampler,
   * and an evaluation of the flow with its divergence, can cost.
   *
   * @param z [B,H,W,C]
   * @param gamma [B,1,1,1]
   * @param conditioning [B,m+k]
   * @param output [B,H,W,C]
   * @param product of ones and the Jacobian by z [B,H,W,C]
   */
  private record NetworkGraph(
      Operand<TFloat32> z,
      Operand<TFloat64> gamma,
      Operand<TFloat32> conditioning,
      Operand<TFloat32> output,
      Operand<TFloat32> product) {

    /** Adds it to a graph. */
    static NetworkGraph build(Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights) {
      Ops tf = m.ops();
      ImageShape shape = model.image();
      Operand<TFloat32> z = Inputs.of(tf, "z", TFloat32.class, shape.batch(-1));
      Operand<TFloat64> gamma = Inputs.of(tf, "gamma", TFloat64.class, -1, 1, 1, 1);
      Operand<TFloat32> c =
          Inputs.of(tf, "conditioning", TFloat32.class, -1, model.withConditionsSize());
      Net<TFloat32> net = new Net<>(m, weights, Dropout.none(), "");
      Operand<TFloat32> output = model.denoiser().output(net, z, gamma, c);
      Operand<TFloat32> ones = m.add(tf.zerosLike(output), 1);
      return new NetworkGraph(
          z, gamma, c, output, Gradients.of(m, output, ones, List.of(z)).get(0));
    }
  }
}
