package io.mulan.tf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * What running an operation costs, counted from its graph without running it.
 *
 * @param flops floating-point operations of the convolutions and matrix products; the rest is small
 *     next to them
 * @param bytes most memory that tensors take at once if operations run one after the other,
 *     variables not counted
 */
public record GraphCost(long flops, long bytes) {
  /** Operations whose output is their input's memory. */
  private static final Set<String> VIEWS =
      Set.of("Identity", "Reshape", "ReadVariableOp", "ExpandDims", "Squeeze", "StopGradient");

  /** Operations that look at the shape of a tensor, and not at its values. */
  static final Set<String> SHAPES = Set.of("Shape", "ShapeN", "Size", "Rank");

  /**
   * Counts one run of {@code target} and of what it needs.
   *
   * @param graph its graph; shapes must be known
   */
  public static GraphCost of(Graph graph, Operation target) {
    Set<Operation> needed = Nodes.reached(Set.of(target), GraphCost::before);
    Map<Output<?>, Integer> uses = new HashMap<>();
    for (Operation op : needed) {
      inputs(op).forEach(in -> uses.merge(in, 1, Integer::sum));
    }
    long flops = 0;
    Liveness live = new Liveness(uses);
    // A graph's operations are listed as they were made: each after its inputs.
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      Operation op = all.next();
      if (needed.contains(op)) {
        flops += flops(op);
        live.run(op);
      }
    }
    return new GraphCost(flops, live.most);
  }

  /** What runs before, for its values or its effects. */
  private static List<Operation> before(Operation op) {
    GraphOperation here = (GraphOperation) op;
    List<Operation> before = new ArrayList<>();
    here.inputs().forEach(input -> before.add(input.op()));
    here.controlInputs().forEach(before::add);
    return before;
  }

  /** The tensors whose values it takes. */
  private static Iterable<Output<?>> inputs(Operation op) {
    if (SHAPES.contains(op.type())) {
      return List.of(); // known before anything runs
    }
    return ((GraphOperation) op).inputs().stream().<Output<?>>map(Operand::asOutput).toList();
  }

  private static long flops(Operation op) {
    return switch (op.type()) {
      case "Conv2D" -> convolution(op.output(0).shape(), shape(op, 1));
      case "Conv2DBackpropInput" -> convolution(shape(op, 2), shape(op, 1));
      case "Conv2DBackpropFilter" -> convolution(shape(op, 2), op.output(0).shape());
      case "MatMul" -> product(op, "transpose_a");
      case "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3" -> product(op, "adj_x");
      default -> 0;
    };
  }

  /** Each output is a sum over the kernel's positions and input channels. */
  private static long convolution(Shape output, Shape kernel) {
    return 2 * size(output) * (size(kernel) / kernel.get(-1));
  }

  private static long product(Operation op, String transposed) {
    Shape left = shape(op, 0);
    boolean adjoint = ((GraphOperation) op).attributes().getAttrBool(transposed);
    return 2 * size(op.output(0).shape()) * left.get(adjoint ? -2 : -1);
  }

  private static Shape shape(Operation op, int input) {
    return ((GraphOperation) op).input(input).shape();
  }

  private static long size(Shape shape) {
    return shape.hasUnknownDimension() || shape.isUnknown() ? 0 : shape.size();
  }

  /** The memory of tensors that are still to be used, operation after operation. */
  private static final class Liveness {
    private final Map<Output<?>, Integer> uses;

    /** What a view looks at. */
    private final Map<Output<?>, Output<?>> owners = new HashMap<>();

    private long now;
    private long most;

    Liveness(Map<Output<?>, Integer> uses) {
      this.uses = uses;
    }

    void run(Operation op) {
      if (VIEWS.contains(op.type())) {
        Output<?> owner = owner(((GraphOperation) op).input(0));
        owners.put(op.output(0), owner);
        // The owner lives as long as the view; the view's own use of it is over at once.
        uses.merge(owner, uses.getOrDefault(op.output(0), 0) - 1, Integer::sum);
        return;
      }
      for (int i = 0; i < op.numOutputs(); i++) {
        now += bytes(op.output(i));
      }
      most = Math.max(most, now);
      for (Output<?> in : inputs(op)) {
        Output<?> owner = owner(in);
        if (uses.merge(owner, -1, Integer::sum) == 0) {
          now -= bytes(owner);
        }
      }
    }

    private Output<?> owner(Output<?> tensor) {
      return owners.getOrDefault(tensor, tensor);
    }

    private static long bytes(Output<?> tensor) {
      return tensor.op().type().equals("VarHandleOp")
          ? 0
          : size(tensor.shape()) * bytes(tensor.dataType());
    }

    private static long bytes(DataType type) {
      return switch (type) {
        case DT_DOUBLE, DT_INT64, DT_UINT64 -> 8;
        case DT_FLOAT, DT_INT32, DT_UINT32 -> 4;
        case DT_HALF, DT_BFLOAT16, DT_INT16, DT_UINT16 -> 2;
        case DT_BOOL, DT_UINT8, DT_INT8 -> 1;
        default -> 0;
      };
    }
  }
}
