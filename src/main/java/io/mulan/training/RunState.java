package io.mulan.training;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundGraph;
import io.mulan.nn.Weights;
import io.mulan.tf.CheckpointException;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * The state of a run without its training step: step, weights, their averages and moments, each set
 * or read by name. Nothing has a value before it is set or restored, all of it.
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

  private final SortedMap<String, Shape> weights;
  private final Graph graph = new Graph();
  private final List<Variable<?>> variables;
  private final Map<String, Tensor> values = new HashMap<>();
  private Optional<Result> restored = Optional.empty();
  private final SaveRestore saveRestore;
  private final GraphSession session;

  public RunState(RunConfig config, ImageShape image) {
    weights = Collections.unmodifiableSortedMap(weights(config, image));
    Ops tf = Ops.create(graph);
    Maths<TFloat32> m = new Maths<>(tf, TFloat32.class).unnamed();
    Variables made = new Variables(graph);
    made.create(STEP, TInt64.class, Shape.scalar(), tf.constant(0L));
    weights.forEach(
        (name, shape) -> {
          Operand<TFloat32> zeros = tf.fill(tf.constant(shape.asArray()), m.constant(0));
          AdamW.Slot.create(m, made, made.create(name, TFloat32.class, shape, zeros));
        });
    variables = made.all();
    saveRestore = new SaveRestore(graph, variables);
    session = GraphSession.open(graph);
  }

  /** Name and shape of each weight: what the bound asks for. */
  private static SortedMap<String, Shape> weights(RunConfig config, ImageShape image) {
    SortedMap<String, Shape> shapes = new TreeMap<>();
    try (Graph draft = new Graph()) {
      Ops tf = Ops.create(draft);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class).unnamed();
      Weights<TFloat32> asked =
          (name, shape, initializer) -> {
            shapes.put(name, shape);
            return tf.placeholder(TFloat32.class, Placeholder.shape(shape));
          };
      BoundGraph.build(m, new DiffusionModel(config, image), asked);
    }
    return shapes;
  }

  /** The shapes of the weights, sorted by name. */
  public SortedMap<String, Shape> weights() {
    return weights;
  }

  @Override
  public List<Variable<?>> variables() {
    return variables;
  }

  /**
   * Sets a variable, which has not been restored.
   *
   * @param values its elements in the machine's byte order, row by row; the stream stays open
   * @throws IOException if the stream fails or ends too soon
   */
  public void set(String name, InputStream values) throws IOException {
    Variable<?> variable =
        variables.stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    Tensor tensor = Tensor.of(variable.type(), variable.shape());
    Tensor before = this.values.put(name, tensor);
    if (before != null) {
      before.close();
    }
    Tensors.read(values, tensor);
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
    Result stored = saveRestore.read(session, prefix.toString());
    clear();
    restored = Optional.of(stored);
    for (int i = 0; i < variables.size(); i++) {
      Variable<?> variable = variables.get(i);
      if (!stored.get(i).shape().equals(variable.shape())) {
        throw new CheckpointException(variable.name() + " has another shape");
      }
      values.put(variable.name(), stored.get(i));
    }
  }

  private void clear() {
    if (restored.isPresent()) {
      restored.get().close(); // it owns what was restored
    } else {
      values.values().forEach(Tensor::close);
    }
    values.clear();
    restored = Optional.empty();
  }

  /** Closes session and graph, in the order that TensorFlow needs. */
  @Override
  public void close() {
    clear();
    session.close();
    graph.close();
  }
}
