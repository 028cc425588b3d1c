package io.mulan.training;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundGraph;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import io.mulan.tf.SaveRestore;
import io.mulan.tf.Sessions;
import io.mulan.tf.Tensors;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * The state of a run without its training step: step, weights, their averages and moments, each set
 * or read by name. Nothing has a value before it is set or restored.
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

  /** A variable, and how it is set. */
  private record Cell(Variable<?> variable, Operand<?> fed, Op assign) {}

  private final SortedMap<String, Shape> weights;
  private final Graph graph = new Graph();
  private final SortedMap<String, Cell> cells = new TreeMap<>();
  private final List<Variable<?>> variables;
  private final SaveRestore saveRestore;
  private final Session session;

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
    variables.forEach(v -> cells.put(v.name(), cell(tf, v)));
    saveRestore = new SaveRestore(graph, variables);
    session = Sessions.open(graph);
  }

  private static <T extends TType> Cell cell(Ops tf, Variable<T> variable) {
    Operand<T> fed = tf.placeholder(variable.type(), Placeholder.shape(variable.shape()));
    return new Cell(variable, fed, tf.assignVariableOp(variable.handle(), fed));
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
   * Sets a variable.
   *
   * @param values its elements in the machine's byte order, row by row; the stream stays open
   * @throws IOException if the stream fails or ends too soon
   */
  public void set(String name, InputStream values) throws IOException {
    Cell cell = cells.get(name);
    try (Tensor tensor = Tensor.of(cell.variable().type(), cell.variable().shape())) {
      Tensors.read(values, tensor);
      session.runner().feed(cell.fed(), tensor).addTarget(cell.assign()).run().close();
    }
  }

  /** Writes the elements of a variable in the machine's byte order, row by row. */
  public void write(String name, OutputStream values) throws IOException {
    try (Result result = session.runner().fetch(cells.get(name).variable().value()).run()) {
      Tensors.write(result.get(0), values);
    }
  }

  /** Updates made. */
  public long steps() {
    try (Result result = session.runner().fetch(cells.get(STEP).variable().value()).run()) {
      return ((TInt64) result.get(0)).getLong();
    }
  }

  @Override
  public void save(Path prefix) {
    saveRestore.save(session, prefix.toString());
  }

  @Override
  public void restore(Path prefix) {
    saveRestore.restore(session, prefix.toString());
  }

  /** Closes session and graph, in the order that TensorFlow needs. */
  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
