package io.mulan.tf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Takes out of the gradients in a graph what only depends on shapes that are known.
 *
 * <p>TensorFlow's gradients work for shapes that are known when they run: that of a sum of two
 * computes both shapes, which axes were broadcast, sums over them and reshapes, for each of the
 * two. With known shapes most of these sums and reshapes change nothing, and the rest take
 * constants. Half of a training step's operations are of that kind. And the gradient of a sum
 * repeats what it is given for each term: products and sums can do that themselves. Values stay the
 * same to the bit.
 */
final class StaticShapes {
  private final Map<String, NodeDef> nodes = new HashMap<>();
  private final Graph graph;
  private final Map<String, Optional<long[]>> shapes = new HashMap<>();
  private final Map<String, NodeDef> constants = new TreeMap<>();

  private StaticShapes(Graph graph, List<NodeDef> nodes) {
    nodes.forEach(n -> this.nodes.put(n.getName(), n));
    this.graph = graph;
  }

  /** The nodes of the graph without that; what {@link Gradients} returned is still there. */
  static List<NodeDef> folded(Graph graph, List<NodeDef> nodes) {
    return new StaticShapes(graph, nodes).folded(nodes, Gradients.results(graph));
  }

  private List<NodeDef> folded(List<NodeDef> all, Set<String> results) {
    List<NodeDef> folded = new ArrayList<>();
    for (NodeDef node : all) {
      for (NodeDef part : untiled(simplified(node))) {
        NodeDef.Builder next = part.toBuilder();
        for (int i = 0; i < next.getInputCount(); i++) {
          next.setInput(i, source(next.getInput(i)));
        }
        folded.add(next.build());
      }
    }
    folded.addAll(0, constants.values());
    return used(folded, results);
  }

  /** Without operations of gradients that nothing uses. */
  private static List<NodeDef> used(List<NodeDef> all, Set<String> results) {
    Map<String, NodeDef> byName =
        all.stream().collect(Collectors.toMap(NodeDef::getName, node -> node));
    Set<String> asked = new HashSet<>(results);
    asked.retainAll(byName.keySet());
    all.stream().map(NodeDef::getName).filter(n -> !Gradients.isInside(n)).forEach(asked::add);
    Set<String> used =
        Nodes.reached(
            asked, name -> byName.get(name).getInputList().stream().map(Nodes::source).toList());
    return all.stream().filter(node -> used.contains(node.getName())).toList();
  }

  /** The same operation with constants for what follows from shapes. */
  private NodeDef simplified(NodeDef node) {
    if (!Gradients.isInside(node.getName())) {
      return node;
    }
    return switch (node.getOp()) {
      case "Shape" ->
          shape(node.getInput(0))
              .map(s -> constant(node.getName(), s, type(node, "out_type")))
              .orElse(node);
      case "Reshape" ->
          shape(node.getName())
              .map(s -> with(node, 1, s, "Tshape").toBuilder().setInput(0, elements(node)).build())
              .orElse(node);
      case "Fill" -> shape(node.getName()).map(s -> with(node, 0, s, "index_type")).orElse(node);
      case "Tile" -> multiples(node).map(x -> with(node, 1, x, "Tmultiples")).orElse(node);
      case "Sum" -> broadcast(node).map(axes -> with(node, 1, axes, "Tidx")).orElse(node);
      default -> node;
    };
  }

  /**
   * The same operation, the last of these, on what a sum's gradient repeats and not on the
   * repetitions: products and sums repeat it themselves, without writing it to memory.
   */
  private List<NodeDef> untiled(NodeDef node) {
    if (!Gradients.isInside(node.getName()) || waits(node)) {
      return List.of(node);
    }
    return switch (node.getOp()) {
      case "Mul" -> untiledProduct(node);
      case "AddN" -> untiledSum(node);
      default -> List.of(node);
    };
  }

  private List<NodeDef> untiledProduct(NodeDef product) {
    for (int i = 0; i < 2; i++) {
      Optional<String> repeated = repeated(product.getInput(i));
      String other = product.getInput(1 - i);
      // The other one has to have the shape of the product, or nothing would.
      if (repeated.isEmpty() || repeated(other).isPresent() || !sameShape(other, product)) {
        continue;
      }
      Optional<String> halved = halved(other);
      if (halved.isEmpty()) {
        return List.of(product.toBuilder().setInput(i, repeated.get()).build());
      }
      // t (2 x) = (2 t) x, to the bit.
      NodeDef twice =
          product.toBuilder()
              .setName(product.getName() + "/twice")
              .setInput(0, nodes.get(other).getInput(0))
              .setInput(1, repeated.get())
              .build();
      return List.of(
          twice,
          product.toBuilder().setInput(i, twice.getName()).setInput(1 - i, halved.get()).build());
    }
    return List.of(product);
  }

  private boolean sameShape(String input, NodeDef node) {
    return shape(node.getName())
        .flatMap(to -> shape(input).filter(from -> Arrays.equals(from, to)))
        .isPresent();
  }

  /** One after another, in the same order. */
  private List<NodeDef> untiledSum(NodeDef sum) {
    List<Optional<String>> repeated = sum.getInputList().stream().map(this::repeated).toList();
    long whole = repeated.stream().filter(Optional::isEmpty).count();
    if (whole == 0 || whole == sum.getInputCount()) {
      return List.of(sum);
    }
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < sum.getInputCount(); i++) {
      inputs.add(repeated.get(i).orElse(sum.getInput(i)));
    }
    NodeDef pair =
        NodeDef.newBuilder()
            .setName(sum.getName())
            .setOp("AddV2")
            .setDevice(sum.getDevice())
            .putAttr("T", sum.getAttrOrThrow("T"))
            .build();
    return Nodes.chain(pair, inputs, "");
  }

  /** What an input repeats along axes of length one. */
  private Optional<String> repeated(String input) {
    String from = source(input);
    NodeDef node = nodes.get(from);
    if (node == null || !node.getOp().equals("Tile") || !Gradients.isInside(from) || waits(node)) {
      return Optional.empty();
    }
    String repeated = node.getInput(0);
    return shape(from)
        .flatMap(to -> shape(repeated).filter(ones -> onlyOnesRepeat(ones, to)))
        .map(ones -> repeated);
  }

  private static boolean onlyOnesRepeat(long[] from, long[] to) {
    return from.length == to.length
        && LongStream.range(0, from.length)
            .allMatch(i -> from[(int) i] == to[(int) i] || from[(int) i] == 1);
  }

  /** Of two times something, inside gradients: that. */
  private Optional<String> halved(String input) {
    NodeDef product = nodes.get(input);
    if (product == null || !Gradients.isInside(input) || !product.getOp().equals("Mul")) {
      return Optional.empty();
    }
    NodeDef factor = nodes.get(product.getInput(0));
    if (factor != null && factor.getOp().equals("Cast")) {
      factor = nodes.get(factor.getInput(0));
    }
    return factor != null && factor.getOp().equals("Const") && isTwo(factor)
        ? Optional.of(product.getInput(1))
        : Optional.empty();
  }

  private static boolean isTwo(NodeDef constant) {
    TensorProto value = constant.getAttrOrThrow("value").getTensor();
    return value.getTensorShape().getDimCount() == 0
        && value.getIntValCount() == 1
        && value.getIntVal(0) == 2;
  }

  /** What an input is equal to, with fewer operations. */
  private String source(String input) {
    String from = input;
    while (true) {
      Optional<String> same = same(from);
      if (same.isEmpty()) {
        return from;
      }
      from = same.get();
    }
  }

  /** The input that an operation of gradients passes on unchanged. */
  private Optional<String> same(String input) {
    NodeDef node = nodes.get(input);
    if (node == null || !Gradients.isInside(input) || waits(node)) {
      return Optional.empty();
    }
    return switch (node.getOp()) {
      case "Identity" -> Optional.of(node.getInput(0));
      case "Reshape" -> {
        String elements = elements(node);
        yield shape(input)
            .flatMap(to -> shape(elements).filter(from -> Arrays.equals(from, to)))
            .map(s -> elements);
      }
      case "Tile" ->
          multiples(node)
              .filter(x -> Arrays.stream(x).allMatch(m -> m == 1))
              .map(x -> node.getInput(0));
      case "Sum" -> broadcast(node).filter(axes -> axes.length == 0).map(x -> node.getInput(0));
      default -> Optional.empty();
    };
  }

  /** What has the elements of a Reshape, in the same order. */
  private String elements(NodeDef reshape) {
    String from = reshape.getInput(0);
    while (true) {
      NodeDef node = nodes.get(from);
      if (node == null || !Gradients.isInside(from) || waits(node)) {
        return from;
      }
      boolean reshaped =
          node.getOp().equals("Reshape") || (node.getOp().equals("Sum") && ones(node));
      Optional<String> next = reshaped ? Optional.of(node.getInput(0)) : same(from);
      if (next.isEmpty()) {
        return from;
      }
      from = next.get();
    }
  }

  /** Whether a sum over broadcast axes is one over axes of length one. */
  private boolean ones(NodeDef sum) {
    Optional<long[]> shape = shape(sum.getInput(0));
    return shape.isPresent()
        && broadcast(sum)
            .filter(axes -> Arrays.stream(axes).allMatch(a -> shape.get()[(int) a] == 1))
            .isPresent();
  }

  /** The axes of a sum that {@code BroadcastGradientArgs} gives. */
  private Optional<long[]> broadcast(NodeDef sum) {
    NodeDef arguments = nodes.get(Nodes.source(sum.getInput(1)));
    if (arguments == null || !arguments.getOp().equals("BroadcastGradientArgs")) {
      return Optional.empty();
    }
    int own = sum.getInput(1).endsWith(":1") ? 1 : 0;
    Optional<long[]> mine = measured(arguments.getInput(own));
    Optional<long[]> other = measured(arguments.getInput(1 - own));
    if (mine.isEmpty() || other.isEmpty()) {
      return Optional.empty();
    }
    if (Arrays.equals(mine.get(), other.get())) {
      return Optional.of(new long[0]);
    }
    int rank = Math.max(mine.get().length, other.get().length);
    int missing = rank - mine.get().length;
    return Optional.of(
        LongStream.range(0, rank)
            .filter(i -> i < missing || mine.get()[(int) i - missing] == 1)
            .toArray());
  }

  /** The shape that a Shape operation gives. */
  private Optional<long[]> measured(String input) {
    NodeDef node = nodes.get(input);
    return node != null && node.getOp().equals("Shape")
        ? shape(node.getInput(0))
        : Optional.empty();
  }

  private Optional<long[]> multiples(NodeDef tile) {
    Optional<long[]> from = shape(tile.getInput(0));
    Optional<long[]> to = shape(tile.getName());
    if (from.isEmpty() || to.isEmpty() || Arrays.stream(from.get()).anyMatch(n -> n == 0)) {
      return Optional.empty();
    }
    return Optional.of(
        LongStream.range(0, to.get().length)
            .map(i -> to.get()[(int) i] / from.get()[(int) i])
            .toArray());
  }

  /** The shape of an output if all of it is known. */
  private Optional<long[]> shape(String output) {
    return shapes.computeIfAbsent(output, this::known);
  }

  private Optional<long[]> known(String output) {
    Shape shape = graph.operation(Nodes.source(output)).output(Nodes.output(output)).shape();
    return shape.isUnknown() || shape.hasUnknownDimension()
        ? Optional.empty()
        : Optional.of(shape.asArray());
  }

  private NodeDef with(NodeDef node, int input, long[] values, String attribute) {
    DataType type = type(node, attribute);
    String name =
        "static/%s%s"
            .formatted(
                type == DataType.DT_INT64 ? "long" : "int",
                Arrays.stream(values).mapToObj(v -> "_" + v).collect(Collectors.joining()));
    constants.computeIfAbsent(name, n -> constant(n, values, type));
    return node.toBuilder().setInput(input, name).build();
  }

  private static DataType type(NodeDef node, String attribute) {
    AttrValue type = node.getAttrMap().get(attribute);
    return type == null ? DataType.DT_INT32 : type.getType();
  }

  private static NodeDef constant(String name, long[] values, DataType type) {
    TensorProto.Builder value =
        TensorProto.newBuilder()
            .setDtype(type)
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(values.length)));
    for (long v : values) {
      if (type == DataType.DT_INT64) {
        value.addInt64Val(v);
      } else {
        value.addIntVal((int) v);
      }
    }
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(type).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  private static boolean waits(NodeDef node) {
    return node.getInputCount() > 0 && Nodes.isControl(node.getInput(node.getInputCount() - 1));
  }
}
