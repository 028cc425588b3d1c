package io.mulan.training;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundGraph;
import io.mulan.nn.Weights;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.SaveRestore;
import io.mulan.tf.Tensors;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import io.mulan.training.Checkpoints.Checkpointed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The state of a run without its training step: step, weights, their averages and moments, each set
 * or read by name. Nothing has a value before it is initialised, set or restored, all of it.
 *
 * <p>Values are tensors outside of the graph, which has variables for their names only: thousands
 * of runs of a session, one for each, would take minutes.
 */
public final class RunState implements Checkpointed, AutoCloseable {
  /** Updates made (int64 scalar). */
  public static final String STEP = "step";

  /** What the name of an average has before that of the weight. */
  public static final String AVERAGE = "ema/";

  /** The same for the moving average of the gradient. */
  public static final String FIRST_MOMENT = "optimizer/m/";

  /** The same for the moving average of the squared gradient. */
  public static final String SECOND_MOMENT = "optimizer/v/";

  private final SortedMap<String, Shape> weights = new TreeMap<>();
  private final Graph graph = new Graph();
  private final List<Variable<?>> variables;
  private final Map<String, Tensor> values = new HashMap<>();

  /** Closes what holds the values. */
  private final List<Runnable> owners = new ArrayList<>();

  private final SaveRestore saveRestore;
  private final GraphSession session;

  public RunState(RunConfig config, ImageShape image) {
    Ops tf = GraphScope.ops(graph);
    Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
    Variables made = new Variables(graph);
    made.create(STEP, TInt64.class, Shape.scalar(), tf.constant(0L));
    TrainedWeights<TFloat32> initial = new TrainedWeights<>(m, made, config.training().seed());
    ask(config, image, initial);
    for (Variable<TFloat32> weight : initial.all()) {
      weights.put(weight.name(), weight.shape());
      Optimizer.Slot.create(m, made, weight);
    }
    variables = made.all();
    saveRestore = new SaveRestore(graph, variables);
    session = GraphSession.open(graph);
  }

  /** Asks for each weight that the bound asks for. */
  private static void ask(RunConfig config, ImageShape image, Weights<TFloat32> weights) {
    try (Graph draft = new Graph()) {
      Ops tf = GraphScope.ops(draft);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      Weights<TFloat32> asked =
          (name, shape, initializer) -> {
            weights.get(name, shape, initializer);
            return tf.placeholder(TFloat32.class, Placeholder.shape(shape));
          };
      BoundGraph.build(m, new DiffusionModel(config, image), asked);
    }
  }

  /** The shapes of the weights, sorted by name. */
  public SortedMap<String, Shape> weights() {
    return Collections.unmodifiableSortedMap(weights);
  }

  /** Sets every variable to what training begins with, by the run's seed. */
  public void initialize() {
    GraphSession.Runner initialize = session.runner();
    variables.forEach(v -> initialize.addTarget(v.init()));
    initialize.run().close();
    GraphSession.Runner read = session.runner();
    variables.forEach(v -> read.fetch(v.value()));
    setAll(read.run());
  }

  /** Sets a weight and its average. */
  public void begin(String weight, float[] elements) {
    for (String name : List.of(weight, AVERAGE + weight)) {
      set(name, Tensors.of(weights.get(weight), elements));
    }
  }

  /** The elements of a weight, row by row. */
  public float[] weight(String name) {
    return Tensors.floats((TFloat32) values.get(name));
  }

  @Override
  public List<Variable<?>> variables() {
    return variables;
  }

  /**
   * Sets a variable.
   *
   * @param values its elements in the machine's byte order, row by row; the stream stays open
   * @throws IOException if the stream fails or ends too soon
   */
  public void set(String name, InputStream values) throws IOException {
    Variable<?> variable =
        variables.stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    Tensor tensor = Tensor.of(variable.type(), variable.shape());
    set(name, tensor);
    Tensors.read(values, tensor);
  }

  private void set(String name, Tensor tensor) {
    owners.add(tensor::close);
    values.put(name, tensor);
  }

  /** Writes the elements of a variable in the machine's byte order, row by row. */
  public void write(String name, OutputStream elements) throws IOException {
    Tensors.write(values.get(name), elements);
  }

  /** Updates made. */
  public long steps() {
    return ((TInt64) values.get(STEP)).getLong();
  }

  @Override
  public void save(Path prefix) {
    List<Tensor> all = variables.stream().map(v -> values.get(v.name())).toList();
    saveRestore.save(session, prefix.toString(), all);
  }

  @Override
  public void restore(Path prefix) {
    setAll(saveRestore.read(session, prefix.toString()));
  }

  private void setAll(Result all) {
    clear();
    owners.add(all::close);
    for (int i = 0; i < variables.size(); i++) {
      Variable<?> variable = variables.get(i);
      if (!all.get(i).shape().equals(variable.shape())) {
        throw new CheckpointException(variable.name() + " has another shape");
      }
      values.put(variable.name(), all.get(i));
    }
  }

  private void clear() {
    values.clear();
    owners.forEach(Runnable::run);
    owners.clear();
  }

  /** Closes session and graph, in the order that TensorFlow needs. */
  @Override
  public void close() {
    clear();
    session.close();
    graph.close();
  }
}
