package io.mulan.training;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.SaveRestore;
import io.mulan.tf.SavedModelWriter;
import io.mulan.tf.Tensors;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Signature;
import org.tensorflow.types.TFloat32;

/**
 * A trained model to be asked: the averaged weights of a checkpoint or those of an exported model,
 * and a graph of nothing but what is asked for. It holds no optimiser state.
 */
public final class TrainedModel<G> implements AutoCloseable {
  private final Graph graph = new Graph();
  private final GraphSession session;
  private final G parts;
  private final List<Variable<?>> variables;
  private final SaveRestore saveRestore;

  /** Builds what is asked for. */
  @FunctionalInterface
  public interface Parts<G> {

    /** Adds it to a graph. */
    G build(Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> averaged);
  }

  /** Builds the graph; the weights have no value before {@link Checkpoints#restore}. */
  public TrainedModel(RunConfig config, ImageShape image, Parts<G> asked) {
    this(config, image, asked, Weights::zeros);
  }

  /** A model that has not learned anything: weights as training begins with. */
  public static <G> TrainedModel<G> untrained(RunConfig config, ImageShape image, Parts<G> asked) {
    long seed = config.training().seed();
    TrainedModel<G> model =
        new TrainedModel<>(config, image, asked, (m, made) -> new TrainedWeights<>(m, made, seed));
    try {
      GraphSession.Runner initialize = model.session.runner();
      model.variables.forEach(v -> initialize.addTarget(v.init()));
      initialize.run().close();
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private TrainedModel(
      RunConfig config,
      ImageShape image,
      Parts<G> asked,
      BiFunction<Maths<TFloat32>, Variables, Weights<TFloat32>> weights) {
    Maths<TFloat32> m = new Maths<>(GraphScope.ops(graph), TFloat32.class);
    Variables made = new Variables(graph);
    parts = asked.build(m, new DiffusionModel(config, image), weights.apply(m, made));
    variables = made.all();
    saveRestore = new SaveRestore(graph, variables);
    session = GraphSession.open(graph);
  }

  public GraphSession session() {
    return session;
  }

  /** What was asked for. */
  public G parts() {
    return parts;
  }

  /** The weights, by their names in the model. */
  public List<Variable<?>> variables() {
    return variables;
  }

  /** The elements of each weight, row by row, in the order of {@link #variables}. */
  public List<float[]> values() {
    GraphSession.Runner runner = session.runner();
    variables.forEach(v -> runner.fetch(v.value()));
    try (Result all = runner.run()) {
      return IntStream.range(0, all.size())
          .mapToObj(i -> Tensors.floats((TFloat32) all.get(i)))
          .toList();
    }
  }

  /**
   * Sets the weights.
   *
   * @param prefix of the files that they are stored in
   * @param stored what a weight is called there
   */
  public void restore(Path prefix, UnaryOperator<String> stored) {
    saveRestore.restore(session, prefix.toString(), stored);
  }

  /** Writes it as a SavedModel into a folder that is there and empty. */
  public void write(Path folder, List<Signature> signatures) throws IOException {
    SavedModelWriter.write(folder, session, variables, saveRestore, signatures);
  }

  /** Closes session and graph, in the order that TensorFlow needs. */
  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
