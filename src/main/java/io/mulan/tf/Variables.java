package io.mulan.tf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Operands;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.NoOp;
import org.tensorflow.op.core.ReadVariableOp;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.family.TType;

/**
 * The resource variables of one graph.
 *
 * <p>Unlike the reference variables that {@code tf.variable} makes, these can be compiled by XLA,
 * updated inside a function, and read by TensorFlow 2 from a SavedModel.
 */
public final class Variables {

  /**
   * One variable.
   *
   * @param handle what updates take
   * @param init assigns the initial value
   * @param value one read at the start of the step, safe to differentiate against
   */
  public record Variable<T extends TType>(
      String name,
      Class<T> type,
      Shape shape,
      VarHandleOp handle,
      Operand<T> initialValue,
      AssignVariableOp init,
      Operand<T> value) {}

  private final Graph graph;
  private final List<Variable<?>> all = new ArrayList<>();

  public Variables(Graph graph) {
    this.graph = graph;
  }

  /**
   * Adds a variable.
   *
   * @param name its full name; slashes are kept, which {@code withName} would refuse
   */
  public <T extends TType> Variable<T> create(
      String name, Class<T> type, Shape shape, Operand<T> initialValue) {
    // Without shared_name every handle of the session would be one and the same buffer.
    VarHandleOp handle =
        new VarHandleOp(
            graph
                .opBuilder(VarHandleOp.OP_NAME, name, graph.baseScope())
                .setAttr("dtype", Operands.toDataType(type))
                .setAttr("shape", shape)
                .setAttr("shared_name", name)
                .build());
    AssignVariableOp init =
        new AssignVariableOp(
            graph
                .opBuilder(AssignVariableOp.OP_NAME, name + "/Assign", graph.baseScope())
                .addInput(handle.asOutput())
                .addInput(initialValue.asOutput())
                .build());
    Operand<T> value =
        new ReadVariableOp<T>(
            graph
                .opBuilder(ReadVariableOp.OP_NAME, name + "/Read/ReadVariableOp", graph.baseScope())
                .addInput(handle.asOutput())
                .setAttr("dtype", Operands.toDataType(type))
                .build());
    Variable<T> variable = new Variable<>(name, type, shape, handle, initialValue, init, value);
    all.add(variable);
    return variable;
  }

  public List<Variable<?>> all() {
    return Collections.unmodifiableList(all);
  }

  /** One target that initialises every variable made so far. */
  public NoOp initializer(String name) {
    List<Op> assigns = new ArrayList<>();
    all.forEach(v -> assigns.add(v.init()));
    return GraphScope.ops(graph).withControlDependencies(assigns).withName(name).noOp();
  }
}
