package io.mulan.training;

import io.mulan.cluster.Workers;
import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.console.Stopped;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.likelihood.BoundEstimator;
import io.mulan.tf.Devices;
import io.mulan.tf.Fusion;
import io.mulan.tf.GraphCost;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Histogram;
import io.mulan.tf.ImageBatch;
import io.mulan.tf.Recomputation;
import io.mulan.tf.Rewriting;
import io.mulan.tf.ShownGraph;
import io.mulan.tf.StepTrace;
import io.mulan.tf.Tensors;
import io.mulan.tf.Variables.Variable;
import io.mulan.training.Checkpoints.Checkpointed;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** A model in training: its graph, and the session that holds weights and optimiser state. */
public final class TrainingSession implements Checkpointed, AutoCloseable {
  private final RunConfig config;
  private final Shape batch;
  private final Workers workers;
  private final Graph graph = new Graph();
  private final TrainingGraph built;
  private final GraphSession session;

  /**
   * Builds the graph; nothing has a value before {@link #initialize} or {@link #restore}.
   *
   * @param compiled whether XLA compiles the step
   */
  public TrainingSession(RunConfig config, ImageShape image, boolean compiled) {
    this(config, image, compiled, Workers.alone());
  }

  /**
   * The same for one of several processes, which make each step together.
   *
   * @param compiled whether XLA compiles what a process computes by itself
   */
  public TrainingSession(RunConfig config, ImageShape image, boolean compiled, Workers workers) {
    this.config = config;
    this.workers = workers;
    this.batch =
        Shape.of(
            workers.share(config.training()).count(),
            image.height(),
            image.width(),
            image.channels());
    built = new TrainingGraph(graph, config, new DiffusionModel(config, image), compiled, workers);
    Optional<Recomputation> recomputation =
        config.training().recompute()
            ? Optional.of(BatchGradient.recomputation())
            : Optional.empty();
    Optional<Fusion> fusion =
        fused(config.training(), compiled) ? Optional.of(Fusion.OF_LARGE) : Optional.empty();
    session = workers.open(graph, new Rewriting(recomputation, fusion));
  }

  /**
   * Whether element-wise operations are fused.
   *
   * @param compiled whether XLA compiles the whole step
   */
  public static boolean fused(TrainingConfig config, boolean compiled) {
    return !compiled
        && switch (config.fused()) {
          case ON -> true;
          case OFF -> false;
          case AUTO -> !Devices.hasGpu();
        };
  }

  /** Sets every weight to its initial value, by the run's seed. */
  public void initialize() {
    session.runner().addTarget(built.initialize()).run().close();
  }

  /**
   * What a step saw before its update.
   *
   * @param terms of the bound, means over the batch in nats, in the order of {@link
   *     BoundTerms#NAMES}
   * @param gradientNorms L2 norm for each weight, of the gradient of bits/dim
   * @param slowest the least rate at which γ increases, over images and pixels
   * @param stopAsked whether any process had been asked to stop
   */
  public record Step(float[] terms, float[] gradientNorms, float slowest, boolean stopAsked) {

    /** The bound in nats. */
    public double total() {
      double sum = 0;
      for (float term : terms) {
        sum += term;
      }
      return sum;
    }

    /** The norm of all gradients together. */
    public double gradientNorm() {
      double sum = 0;
      for (float norm : gradientNorms) {
        sum += (double) norm * norm;
      }
      return Math.sqrt(sum);
    }
  }

  /**
   * One update of all weights of a model without conditions.
   *
   * @param levels of the images of a batch, row by row
   */
  public Step step(byte[] levels) {
    return step(levels, new float[0]);
  }

  /**
   * One update of all weights.
   *
   * @param levels of the images of a batch, row by row
   * @param given conditions of the images [B,k]
   */
  public Step step(byte[] levels, float[] given) {
    return step(levels, given, false);
  }

  /**
   * One update of all weights, by all processes, each with its share of the batch.
   *
   * @param levels of the images of the share, row by row
   * @param given conditions of the images [b,k]
   * @param stopAsked whether this process has been asked to stop
   */
  public Step step(byte[] levels, float[] given, boolean stopAsked) {
    try (ImageBatch input = ImageBatch.of(batch, levels, given);
        TFloat32 stop = TFloat32.scalarOf(stopAsked ? 1 : 0)) {
      GraphSession.Runner runner = fetched(fed(input));
      built.together().ifPresent(t -> runner.feed(t.stop(), stop).fetch(t.stops()));
      try (Result result = runner.run()) {
        return new Step(
            Tensors.floats((TFloat32) result.get(0)),
            Tensors.floats((TFloat32) result.get(1)),
            Tensors.floats((TFloat32) result.get(2))[0],
            built.together().isPresent()
                ? Tensors.floats((TFloat32) result.get(3))[0] > 0
                : stopAsked);
      }
    }
  }

  /**
   * That all processes have the same weights; each waits for the others to ask.
   *
   * @throws io.mulan.cluster.ClusterException naming one that has others
   */
  void requireSameWeights() {
    built
        .together()
        .ifPresent(
            t -> {
              try (Result result = session.runner().fetch(t.digest()).run()) {
                workers.requireSameWeights(steps(), ((TInt64) result.get(0)).getLong());
              }
            });
  }

  Workers workers() {
    return workers;
  }

  /**
   * What the next step will see on these images. It costs the gradient of a step, which XLA does
   * not compile, and changes nothing.
   *
   * @param levels of the images of a batch, row by row
   * @param given conditions of the images [B,k]
   */
  public StepHistograms spread(byte[] levels, float[] given) {
    try (ImageBatch input = ImageBatch.of(batch, levels, given)) {
      GraphSession.Runner runner = fed(input);
      built.gradient().gradients().forEach(runner::fetch);
      built.averages().forEach(average -> runner.fetch(average.value()));
      try (Result result = runner.fetch(built.gradient().times()).run()) {
        List<Variable<TFloat32>> weights = built.weights();
        int count = weights.size();
        List<TFloat32> values =
            IntStream.range(0, result.size()).mapToObj(i -> (TFloat32) result.get(i)).toList();
        return new StepHistograms(
            Histogram.of(values.subList(2 * count, 2 * count + 1)),
            StepHistograms.byBlock(weights, values.subList(0, count)),
            StepHistograms.byBlock(weights, values.subList(count, 2 * count)));
      }
    }
  }

  /** How images become the terms of the bound, uncompiled, to be looked at. */
  public GraphDef shownGraph() {
    return ShownGraph.of(graph, TrainingGraph.PLAIN_TERMS);
  }

  /** Updates on the same images, to be measured; conditions are zeros. */
  public MeasuredStep measured(byte[] levels) {
    float[] given = new float[config.training().batch() * config.data().conditions()];
    return new MeasuredStep() {
      @Override
      public void run() {
        step(levels, given);
      }

      @Override
      public StepTrace trace() {
        try (ImageBatch input = ImageBatch.of(batch, levels, given)) {
          return StepTrace.of(fetched(fed(input)));
        }
      }

      @Override
      public void idle() {
        try (ImageBatch input = ImageBatch.of(batch, levels, given)) {
          Op nothing = built.variables().get(0).handle();
          fed(input).addTarget(nothing).run().close();
        }
      }
    };
  }

  private GraphSession.Runner fed(ImageBatch images) {
    return images.feed(session.runner(), built.images(), built.conditions());
  }

  private GraphSession.Runner fetched(GraphSession.Runner runner) {
    return runner
        .fetch(built.terms())
        .fetch(built.norms())
        .fetch(built.slowest())
        .addTarget(built.step());
  }

  /** Updates made so far. */
  public long steps() {
    try (Result result = session.runner().fetch(built.steps().value()).run()) {
      return ((TInt64) result.get(0)).getLong();
    }
  }

  /**
   * The bound with the averaged weights, at {@code training.times_per_image} times for each image.
   *
   * @param stopAsked looked at between batches
   * @return nothing if any process was asked to stop
   */
  public Optional<BoundEstimate> evaluate(
      ImageSet images, IntConsumer onBatch, BooleanSupplier stopAsked) {
    Runnable look =
        () -> {
          if (stopAsked.getAsBoolean()) {
            throw new Stopped();
          }
        };
    int size = Math.min((int) batch.get(0), images.count());
    BoundEstimator estimator =
        new BoundEstimator(
            built.evaluation(), size, config.training().timesPerImage(), config.training().seed());
    int count = images.count();
    Optional<double[][]> mine =
        unlessStopped(
            () ->
                estimator.perImage(
                    session,
                    images,
                    workers.first(count),
                    workers.count(count),
                    done -> {
                      onBatch.accept(done);
                      look.run();
                    }));
    // The others wait for this one's part.
    double[][] part =
        mine.orElseGet(() -> new double[BoundTerms.NAMES.size()][workers.count(count)]);
    double[][] all = workers.together(part, count);
    if (workers.any(mine.isEmpty())) {
      return Optional.empty();
    }
    Optional<BoundEstimate> bound =
        unlessStopped(() -> estimator.estimate(session, images, all, look));
    return workers.any(bound.isEmpty()) ? Optional.empty() : bound;
  }

  private static <R> Optional<R> unlessStopped(Supplier<R> work) {
    try {
      return Optional.of(work.get());
    } catch (Stopped e) {
      return Optional.empty();
    }
  }

  /** The bound on each image in nats, at this many times; other seeds make other draws. */
  double[] boundPerImage(ImageSet images, int timesPerImage, long seed) {
    double[][] terms =
        new BoundEstimator(built.evaluation(), images.count(), timesPerImage, seed)
            .perImage(session, images, 0, images.count(), done -> {});
    double[] sums = new double[images.count()];
    for (double[] term : terms) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += term[i];
      }
    }
    return sums;
  }

  /** The model's weights, sorted by name. */
  public List<Variable<TFloat32>> weights() {
    return built.weights();
  }

  @Override
  public List<Variable<?>> variables() {
    return built.variables();
  }

  @Override
  public void save(Path prefix) {
    built.saveRestore().save(session, prefix.toString());
  }

  @Override
  public void restore(Path prefix) {
    built.saveRestore().restore(session, prefix.toString());
  }

  private ImageShape image() {
    return new ImageShape((int) batch.get(1), (int) batch.get(2), (int) batch.get(3));
  }

  /** What one update costs, uncompiled. */
  public GraphCost cost() {
    int parts = config.training().accumulate();
    if (parts > 1) {
      // The graph has the parts in a loop, which nothing counts: one part, as a batch of its own.
      List<String> one = List.of("training.accumulate=1", "training.batch=" + batch.get(0) / parts);
      try (TrainingSession part =
          new TrainingSession(ConfigReader.override(config, one), image(), false)) {
        GraphCost cost = part.cost();
        long sums = weights().stream().mapToLong(w -> Float.BYTES * w.shape().size()).sum();
        return new GraphCost(parts * cost.flops(), cost.bytes() + sums);
      }
    }
    return GraphCost.of(
        session.graph(), session.graph().operationOrThrow(TrainingGraph.PLAIN_STEP));
  }

  /** Closes session and graph, in the order that TensorFlow needs. */
  @Override
  public void close() {
    session.close();
    graph.close();
  }

  /** What TensorFlow does to a batch again and again, to be measured. */
  public interface MeasuredStep {

    /** Does it once. */
    void run();

    /** Does it once, traced. */
    StepTrace trace();

    /** Gives TensorFlow the same and lets it compute nothing. */
    void idle();
  }
}
