package io.mulan.tf;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.op.Op;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TType;

/**
 * Compiles a part of a graph with XLA.
 *
 * <p>The part that lies between some tensors of the graph is copied into a function, and a call of
 * that function is added to the same graph, marked so that XLA must compile it as one program.
 * Nothing is exported or imported again, and the original nodes stay where they are: running them
 * is the uncompiled form of the same computation.
 */
public final class XlaCall {
  private final Operation call;
  private final int values;

  private XlaCall(Operation call, int values) {
    this.call = call;
    this.values = values;
  }

  /**
   * Adds a compiled call.
   *
   * @param graph the graph that holds the computation
   * @param name name of the call, and of the function in the graph's library; must be unused
   * @param inputs where to cut: the tensors the function takes. Variable handles may be among them;
   *     whatever else the outputs depend on is copied into the function, and may not be a
   *     placeholder. An input must come from an operation with one output (put an identity behind
   *     one that has more)
   * @param outputs the tensors the function computes
   * @param effects operations without a value that must happen too, such as assignments to
   *     variables
   */
  public static XlaCall add(
      Graph graph,
      String name,
      List<? extends Operand<?>> inputs,
      List<? extends Operand<?>> outputs,
      List<Op> effects) {
    Signature.Builder signature = Signature.builder(name).methodName(name);
    for (int i = 0; i < inputs.size(); i++) {
      signature.input("in" + i, inputs.get(i));
    }
    List<Operand<?>> results = new ArrayList<>(outputs);
    if (!effects.isEmpty()) {
      // A function made through the C API keeps only what its outputs depend on, so the effects
      // need an output.
      Operand<TBool> done =
          GraphScope.ops(graph)
              .withControlDependencies(effects)
              .withName(name + "_done")
              .constant(true);
      results.add(done);
    }
    DataType[] types = new DataType[results.size()];
    for (int i = 0; i < types.length; i++) {
      signature.output("out" + i, results.get(i));
      types[i] = results.get(i).asOutput().dataType();
    }
    try (ConcreteFunction function = ConcreteFunction.create(signature.build(), graph)) {
      // Built by hand: the generated PartitionedCall cannot carry the extra attribute.
      Operation call =
          graph
              .opBuilder("StatefulPartitionedCall", name, graph.baseScope())
              .addInputList(inputs.stream().map(Operand::asOutput).toArray(Output<?>[]::new))
              .setAttr("Tout", types)
              .setAttr("f", function)
              .setAttr("_XlaMustCompile", true)
              .build();
      return new XlaCall(call, outputs.size());
    }
  }

  /** The compiled counterpart of {@code outputs.get(index)}. */
  @SuppressWarnings("unchecked")
  public <T extends TType> Output<T> output(int index) {
    if (index >= values) {
      throw new IndexOutOfBoundsException(index);
    }
    return (Output<T>) call.output(index);
  }
}
