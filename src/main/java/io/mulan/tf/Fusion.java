package io.mulan.tf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Computes element-wise operations on large tensors in few passes over memory.
 *
 * <p>TensorFlow's own operations read their inputs from memory and write their output to it, one
 * operation after another. Here, a value that anything but an element-wise operation takes (a
 * convolution, a sum, a fetch) is computed by one function, compiled by XLA, from values that
 * anything but an element-wise operation gave. What lies between is not kept: where several such
 * functions need it, each computes it again, which takes less time than memory does.
 *
 * <p>Only what depends on what a run is fed is changed. Operations keep their names, so that each
 * can be fetched; those within a function are still there as they were.
 *
 * @param large elements of the smallest tensors that count
 */
public record Fusion(long large) {
  /** On smaller tensors, a call takes as long as the passes that it saves. */
  public static final Fusion OF_LARGE = new Fusion(1 << 16);

  /** The element-wise operations, and what each calls its output within a function. */
  private static final Map<String, String> OUTPUT =
      Map.ofEntries(
          Map.entry("Add", "z"),
          Map.entry("AddN", "sum"),
          Map.entry("AddV2", "z"),
          Map.entry("BiasAdd", "output"),
          Map.entry("Cast", "y"),
          Map.entry("Div", "z"),
          Map.entry("Exp", "y"),
          Map.entry("GreaterEqual", "z"),
          Map.entry("Identity", "output"),
          Map.entry("Less", "z"),
          Map.entry("LogicalAnd", "z"),
          Map.entry("Maximum", "z"),
          Map.entry("Minimum", "z"),
          Map.entry("Mul", "z"),
          Map.entry("Neg", "y"),
          Map.entry("Reshape", "output"),
          Map.entry("Select", "output"),
          Map.entry("SelectV2", "output"),
          Map.entry("Sigmoid", "y"),
          Map.entry("SigmoidGrad", "z"),
          Map.entry("Square", "y"),
          Map.entry("StopGradient", "output"),
          Map.entry("Sub", "z"),
          Map.entry("Tile", "output"));

  /** Those that compute nothing. */
  private static final Set<String> VIEWS = Set.of("Identity", "Reshape", "StopGradient", "Tile");

  /** Those that TensorFlow itself joins to the convolution or product before. */
  private static final Set<String> JOINED = Set.of("Add", "AddV2", "BiasAdd");

  private static final Set<String> PRODUCTS = Set.of("Conv2D", "MatMul");
  private static final Set<String> COMPARISONS = Set.of("GreaterEqual", "Less", "LogicalAnd");

  /**
   * Nodes, some of which call functions.
   *
   * @param functions those that must be in the graph's library
   */
  record Fused(List<NodeDef> nodes, List<FunctionDef> functions) {}

  /**
   * The nodes with such functions.
   *
   * @param graph has the shapes of those that it also has
   * @param nodes the graph's, rewritten
   */
  Fused of(Graph graph, List<NodeDef> nodes) {
    return new Rewritten(graph, nodes).fused();
  }

  private static DataType resultType(NodeDef node) {
    if (node.getOp().equals("Cast")) {
      return type(node, "DstT");
    }
    return COMPARISONS.contains(node.getOp()) ? DataType.DT_BOOL : type(node, "T");
  }

  private static DataType inputType(NodeDef node, int index) {
    return switch (node.getOp()) {
      case "Cast" -> type(node, "SrcT");
      case "LogicalAnd" -> DataType.DT_BOOL;
      case "Select", "SelectV2" -> index == 0 ? DataType.DT_BOOL : type(node, "T");
      default -> type(node, "T");
    };
  }

  private static DataType type(NodeDef node, String attribute) {
    return node.getAttrOrThrow(attribute).getType();
  }

  /** The nodes of one graph, and what is known of them. */
  private final class Rewritten {
    private final Graph graph;
    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final Map<String, List<NodeDef>> users = new HashMap<>();
    private final Set<String> fed;
    private final Map<String, Boolean> elementwise = new HashMap<>();
    private final Map<String, Shape> shapes = new HashMap<>();
    private final Map<String, FunctionDef> functions = new LinkedHashMap<>();

    private Rewritten(Graph graph, List<NodeDef> all) {
      this.graph = graph;
      all.forEach(node -> nodes.put(node.getName(), node));
      for (NodeDef node : all) {
        for (String input : node.getInputList()) {
          users.computeIfAbsent(Nodes.source(input), name -> new ArrayList<>()).add(node);
        }
      }
      fed =
          Nodes.reached(
              all.stream()
                  .filter(node -> node.getOp().equals("Placeholder"))
                  .map(NodeDef::getName)
                  .toList(),
              name -> users(name).stream().map(NodeDef::getName).toList());
    }

    private Fused fused() {
      List<NodeDef> fused = nodes.values().stream().map(this::fused).toList();
      return new Fused(fused, List.copyOf(functions.values()));
    }

    private NodeDef fused(NodeDef node) {
      if (!isRoot(node)) {
        return node;
      }
      Cone cone = new Cone(node);
      return cone.operations() > 1 ? cone.call() : node;
    }

    /** Whether anything but an element-wise operation takes its value. */
    private boolean isRoot(NodeDef node) {
      return isElementwise(node)
          && (users(node.getName()).isEmpty()
              || !users(node.getName()).stream().allMatch(this::isElementwise));
    }

    private List<NodeDef> users(String name) {
      return users.getOrDefault(name, List.of());
    }

    private boolean isElementwise(NodeDef node) {
      Boolean known = elementwise.get(node.getName());
      if (known == null) {
        known =
            fed.contains(node.getName())
                && OUTPUT.containsKey(node.getOp())
                && isLarge(node.getName())
                && hasKnownShape(node)
                && !waits(node)
                && !isJoined(node);
        elementwise.put(node.getName(), known);
      }
      return known;
    }

    /** XLA must know a shape before anything runs. */
    private boolean hasKnownShape(NodeDef node) {
      return switch (node.getOp()) {
        case "Reshape", "Tile" -> nodes.get(Nodes.source(node.getInput(1))).getOp().equals("Const");
        default -> true;
      };
    }

    private boolean isLarge(String input) {
      return shape(input).size() >= large; // -1 if it is not known
    }

    /**
     * Whether it must not run before another. In gradients, operations that wait also take what
     * they wait for.
     */
    private static boolean waits(NodeDef node) {
      return !Gradients.isInside(node.getName())
          && node.getInputList().stream().anyMatch(Nodes::isControl);
    }

    private boolean isJoined(NodeDef node) {
      return JOINED.contains(node.getOp())
          && node.getInputList().stream()
              .map(nodes::get)
              .anyMatch(
                  input ->
                      input != null
                          && users(input.getName()).size() == 1
                          && (PRODUCTS.contains(input.getOp())
                              || (input.getOp().equals("BiasAdd") && isJoined(input)))
                          && shape(input.getName()).equals(shape(node.getName())));
    }

    /** The shape of an output, with unknown parts where they are not known. */
    private Shape shape(String output) {
      Shape known = shapes.get(output);
      if (known == null) {
        known = measured(output);
        shapes.put(output, known);
      }
      return known;
    }

    private Shape measured(String output) {
      String source = Nodes.source(output);
      GraphOperation operation = graph.operation(Recomputation.original(source));
      if (operation != null) {
        int index = Nodes.output(output);
        return index < operation.numOutputs() ? operation.output(index).shape() : Shape.unknown();
      }
      // Made by a rewriting: sums and products of two.
      NodeDef made = nodes.get(source);
      return made.getInputCount() == 2 && OUTPUT.containsKey(made.getOp())
          ? broadcast(shape(made.getInput(0)), shape(made.getInput(1)))
          : Shape.unknown();
    }

    private static Shape broadcast(Shape a, Shape b) {
      if (a.hasUnknownDimension()
          || b.hasUnknownDimension()
          || a.numDimensions() != b.numDimensions()) {
        return Shape.unknown();
      }
      long[] sizes = a.asArray();
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = Math.max(sizes[i], b.get(i));
      }
      return Shape.of(sizes);
    }

    /** What a value is computed from by element-wise operations alone. */
    private final class Cone {
      private final NodeDef root;

      /** Types of what the function takes, by where it comes from. */
      private final Map<String, DataType> arguments = new LinkedHashMap<>();

      private final Map<String, String> names = new HashMap<>();
      private final List<NodeDef> body = new ArrayList<>();

      private Cone(NodeDef root) {
        this.root = root;
        add(root);
      }

      /** Adds an operation and what it is computed from; the name of its output in the function. */
      private String add(NodeDef node) {
        String known = names.get(node.getName());
        if (known != null) {
          return known;
        }
        NodeDef.Builder copy = NodeDef.newBuilder().setOp(node.getOp());
        copy.putAllAttr(node.getAttrMap()).removeAttr("_class");
        for (int i = 0; i < node.getInputCount(); i++) {
          if (!Nodes.isControl(node.getInput(i))) {
            copy.addInput(input(node, i));
          }
        }
        copy.setName("n" + body.size());
        body.add(copy.build());
        String output = OUTPUT.getOrDefault(node.getOp(), "output"); // of constants
        names.put(node.getName(), copy.getName() + ":" + output + ":0");
        return names.get(node.getName());
      }

      private String input(NodeDef node, int index) {
        String input = node.getInput(index);
        NodeDef source = nodes.get(Nodes.source(input));
        boolean inner =
            isElementwise(source) && !isRoot(source) && source.getDevice().equals(root.getDevice());
        if (inner || source.getOp().equals("Const")) {
          return add(source);
        }
        arguments.putIfAbsent(input, inputType(node, index));
        return names.computeIfAbsent("from " + input, from -> "a" + (arguments.size() - 1));
      }

      private long operations() {
        return body.stream()
            .filter(node -> OUTPUT.containsKey(node.getOp()) && !VIEWS.contains(node.getOp()))
            .count();
      }

      /** The root as a call of its function. */
      private NodeDef call() {
        return NodeDef.newBuilder()
            .setName(root.getName())
            .setDevice(root.getDevice())
            .setOp("PartitionedCall")
            .addAllInput(arguments.keySet())
            .putAttr("Tin", types(List.copyOf(arguments.values())))
            .putAttr("Tout", types(List.of(resultType(root))))
            .putAttr("f", function())
            .putAttr("_XlaMustCompile", AttrValue.newBuilder().setB(true).build())
            .putAttr("_output_shapes", shapes(shape(root.getName())))
            .build();
      }

      private static AttrValue shapes(Shape shape) {
        TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
        for (long size : shape.asArray()) {
          sizes.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
        }
        return AttrValue.newBuilder()
            .setList(AttrValue.ListValue.newBuilder().addShape(sizes))
            .build();
      }

      /** One function for all that compute the same: XLA compiles it once for each shape. */
      private AttrValue function() {
        String key =
            body.stream().map(NodeDef::toString).collect(Collectors.joining())
                + arguments.values()
                + arguments.keySet().stream().map(Rewritten.this::shape).toList();
        FunctionDef function =
            functions.computeIfAbsent(key, k -> definition("fused_" + functions.size()));
        String name = function.getSignature().getName();
        return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
      }

      private FunctionDef definition(String name) {
        OpDef.Builder signature = OpDef.newBuilder().setName(name);
        for (DataType type : arguments.values()) {
          signature.addInputArg(argument("a" + signature.getInputArgCount(), type));
        }
        signature.addOutputArg(argument("result", resultType(root)));
        return FunctionDef.newBuilder()
            .setSignature(signature)
            .addAllNodeDef(body)
            .putRet("result", names.get(root.getName()))
            .build();
      }

      private static OpDef.ArgDef argument(String name, DataType type) {
        return OpDef.ArgDef.newBuilder().setName(name).setType(type).build();
      }

      private static AttrValue types(List<DataType> types) {
        AttrValue.ListValue list = AttrValue.ListValue.newBuilder().addAllType(types).build();
        return AttrValue.newBuilder().setList(list).build();
      }
    }
  }
}
