package io.mulan.tf;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A copy of a graph that adds numbers in the same order each time it runs. Each operation of the
 * original has a counterpart of the same name, but for what {@link StaticShapes} takes out of
 * gradients.
 *
 * <p>TensorFlow's gradients are summed by AddN, which begins with whichever input's memory it may
 * take over: that depends on which operation happens to end first, and so does the last bit of a
 * sum of three or more. Here each is a chain of sums of two, whose order cannot matter. {@link
 * GraphSession} keeps TensorFlow from joining the chains again.
 */
public final class RewrittenGraph {
  private static final String SUM = "AddN";
  private static final String COUNT = "N";

  /** Of a loop, which must stay whole in a function: XLA compiles no other. */
  private static final String LOWERED = "_lower_using_switch_merge";

  private RewrittenGraph() {}

  /** The copy, to be closed. */
  public static Graph of(Graph original) {
    return of(original, Rewriting.NONE);
  }

  /**
   * The copy, to be closed.
   *
   * @param rewriting what else is changed
   */
  static Graph of(Graph original, Rewriting rewriting) {
    UnaryOperator<List<NodeDef>> change =
        nodes -> rewriting.recomputation().map(r -> r.of(nodes)).orElse(nodes);
    GraphDef definition = original.toGraphDef();
    GraphDef.Builder copy = definition.toBuilder().clearNode();
    for (FunctionDef.Builder function : copy.getLibraryBuilder().getFunctionBuilderList()) {
      List<NodeDef> inside = ordered(change.apply(function.getNodeDefList()), ":sum:0");
      function.clearNodeDef();
      inside.forEach(node -> function.addNodeDef(node.toBuilder().removeAttr(LOWERED)));
    }
    List<NodeDef> nodes = StaticShapes.folded(original, definition.getNodeList());
    nodes = ordered(change.apply(nodes), "");
    if (rewriting.fusion().isPresent()) {
      Fusion.Fused fused = rewriting.fusion().get().of(original, nodes);
      copy.getLibraryBuilder().addAllFunction(fused.functions());
      nodes = fused.nodes();
    }
    copy.addAllNode(nodes);
    Graph graph = new Graph();
    graph.importGraphDef(copy.build());
    return graph;
  }

  /**
   * @param result what the name of a sum's output has after that of the sum
   */
  private static List<NodeDef> ordered(List<NodeDef> nodes, String result) {
    List<NodeDef> ordered = new ArrayList<>();
    for (NodeDef node : nodes) {
      if (node.getOp().equals(SUM) && node.getAttrOrThrow(COUNT).getI() > 2) {
        addChain(ordered, node, result);
      } else if (node.getOp().equals("BatchMatMulV3")) {
        ordered.add(secondVersion(node));
      } else {
        ordered.add(node);
      }
    }
    return ordered;
  }

  /** The same product, by a version that oneDNN has a kernel for. */
  private static NodeDef secondVersion(NodeDef node) {
    return node.toBuilder()
        .setOp("BatchMatMulV2")
        .putAttr("T", node.getAttrOrThrow("Tout"))
        .removeAttr("Ta")
        .removeAttr("Tb")
        .removeAttr("Tout")
        .build();
  }

  /** The last sum of the chain waits for whatever the sum had to wait for. */
  private static void addChain(List<NodeDef> graph, NodeDef sum, String result) {
    int count = (int) sum.getAttrOrThrow(COUNT).getI();
    NodeDef.Builder pair = sum.toBuilder().clearInput();
    pair.putAttr(COUNT, sum.getAttrOrThrow(COUNT).toBuilder().setI(2).build());
    List<String> inputs = sum.getInputList();
    List<NodeDef> chain = Nodes.chain(pair.build(), inputs.subList(0, count), result);
    graph.addAll(chain.subList(0, count - 2));
    graph.add(
        chain.get(count - 2).toBuilder().addAllInput(inputs.subList(count, inputs.size())).build());
  }
}
