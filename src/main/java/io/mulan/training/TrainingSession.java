package io.mulan.training;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.likelihood.BoundEstimator;
import io.mulan.tf.GraphCost;
import io.mulan.tf.Variables.Variable;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** A model in training: its graph, and the session that holds weights and optimiser state. */
public final class TrainingSession implements AutoCloseable {
  private final RunConfig config;
  private final Graph graph;
  private final TrainingGraph built;
  private final Session session;
  private final Shape batch;

  /**
   * Builds the graph; nothing has a value before {@link #initialize} or {@link #restore}.
   *
   * @param compiled whether XLA compiles the step
   */
  public TrainingSession(RunConfig config, ImageShape image, boolean compiled) {
    this.config = config;
    this.graph = new Graph();
    this.built = new TrainingGraph(graph, config, new DiffusionModel(config, image), compiled);
    this.session = new Session(graph, sessionConfig());
    this.batch =
        Shape.of(config.training().batch(), image.height(), image.width(), image.channels());
  }

  private static ConfigProto sessionConfig() {
    // The memory optimiser puts operations into the step that XLA can't compile.
    RewriterConfig rewriter =
        RewriterConfig.newBuilder()
            .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT)
            .build();
    return ConfigProto.newBuilder()
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
        .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
        .setAllowSoftPlacement(true)
        .build();
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
   */
  public record Step(float[] terms, float[] gradientNorms) {

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
   * One update of all weights.
   *
   * @param images the levels of a batch, row by row
   */
  public Step step(byte[] images) {
    try (TUint8 pixels = TUint8.tensorOf(batch)) {
      pixels.asRawTensor().data().write(images);
      try (Result result =
          session
              .runner()
              .feed(built.images(), pixels)
              .fetch(built.terms())
              .fetch(built.norms())
              .addTarget(built.step())
              .run()) {
        return new Step(floats(result, 0), floats(result, 1));
      }
    }
  }

  private static float[] floats(Result result, int index) {
    TFloat32 tensor = (TFloat32) result.get(index);
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  /** Updates made so far. */
  public long steps() {
    try (Result result = session.runner().fetch(built.steps().value()).run()) {
      return ((TInt64) result.get(0)).getLong();
    }
  }

  /**
   * The bound with the averaged weights, at {@code training.times_per_image} times for each image.
   */
  public BoundEstimate evaluate(ImageSet images, IntConsumer onBatch) {
    int size = Math.min(config.training().batch(), images.count());
    return new BoundEstimator(
            built.evaluation(), size, config.training().timesPerImage(), config.training().seed())
        .estimate(session, images, onBatch);
  }

  /** The model's weights, sorted by name. */
  public List<Variable<TFloat32>> weights() {
    return built.weights();
  }

  /** Everything a checkpoint holds. */
  List<Variable<?>> variables() {
    return built.variables();
  }

  /** Writes all variables to files whose names start with {@code prefix}. */
  void save(Path prefix) {
    built.saveRestore().save(session, prefix.toString());
  }

  void restore(Path prefix) {
    built.saveRestore().restore(session, prefix.toString());
  }

  /** What one update costs, uncompiled. */
  public GraphCost cost() {
    return GraphCost.of(graph, graph.operationOrThrow(TrainingGraph.PLAIN_STEP));
  }

  /** Closes session and graph, in the order that TensorFlow needs. */
  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
