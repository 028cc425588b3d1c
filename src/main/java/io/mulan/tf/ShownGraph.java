package io.mulan.tf;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * A graph to be looked at and not to be run: what one operation needs, without the values of larger
 * constants. Operations outside of any scope, of which there are hundreds, are in one of their own.
 */
public final class ShownGraph {
  private static final String SCOPE = "between/";
  private static final String VALUE = "value";

  /** Bytes of a constant that are still shown. */
  private static final int LARGE = 1024;

  private ShownGraph() {}

  /** What the operation {@code target} needs of a graph. */
  public static GraphDef of(Graph graph, String target) {
    GraphDef all = graph.toGraphDef();
    Map<String, NodeDef> nodes = new HashMap<>();
    all.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    GraphDef.Builder shown = GraphDef.newBuilder().setVersions(all.getVersions());
    Set<String> needed =
        Nodes.reached(
            Set.of(target),
            name -> nodes.get(name).getInputList().stream().map(Nodes::source).toList());
    all.getNodeList().stream()
        .filter(node -> needed.contains(node.getName()))
        .forEach(node -> shown.addNode(scoped(shortened(node))));
    Map<String, FunctionDef> functions = new HashMap<>();
    all.getLibrary().getFunctionList().forEach(f -> functions.put(f.getSignature().getName(), f));
    addCalled(shown, functions, shown.getNodeList());
    return shown.build();
  }

  private static NodeDef shortened(NodeDef node) {
    AttrValue value = node.getAttrOrDefault(VALUE, AttrValue.getDefaultInstance());
    if (!value.hasTensor() || value.getSerializedSize() <= LARGE) {
      return node;
    }
    TensorProto tensor = value.getTensor();
    TensorProto.Builder kind =
        TensorProto.newBuilder()
            .setDtype(tensor.getDtype())
            .setTensorShape(tensor.getTensorShape());
    return node.toBuilder().putAttr(VALUE, AttrValue.newBuilder().setTensor(kind).build()).build();
  }

  private static NodeDef scoped(NodeDef node) {
    NodeDef.Builder scoped = node.toBuilder().setName(scoped(node.getName())).clearInput();
    node.getInputList().forEach(input -> scoped.addInput(scoped(input)));
    return scoped.build();
  }

  private static String scoped(String input) {
    if (input.indexOf('/') >= 0) {
      return input;
    }
    return Nodes.isControl(input) ? Nodes.control(SCOPE + Nodes.source(input)) : SCOPE + input;
  }

  /** Adds the functions that these operations call, and those that they call. */
  private static void addCalled(
      GraphDef.Builder shown, Map<String, FunctionDef> functions, Collection<NodeDef> nodes) {
    for (NodeDef node : nodes) {
      for (AttrValue value : node.getAttrMap().values()) {
        FunctionDef called = functions.remove(value.getFunc().getName());
        if (called != null) {
          List<NodeDef> inside = called.getNodeDefList();
          FunctionDef.Builder function = called.toBuilder().clearNodeDef();
          inside.forEach(n -> function.addNodeDef(shortened(n)));
          shown.getLibraryBuilder().addFunction(function);
          addCalled(shown, functions, inside);
        }
      }
    }
  }
}
