package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;

final class GraphScopeTest {

  @Test
  void namesAreUniqueInAGraph() {
    try (Graph graph = new Graph()) {
      Ops one = GraphScope.ops(graph);
      Ops two = GraphScope.ops(graph);
      assertEquals("Const", one.constant(1).op().name());
      assertEquals("Const_1", two.constant(1).op().name());
      assertEquals("a/Const", one.withSubScope("a").constant(1).op().name());
      assertEquals("a_1/b/Const", two.withSubScope("a").withSubScope("b").constant(1).op().name());
      assertEquals("c", one.withName("c").constant(1).op().name());
      assertEquals("c_1", two.withName("c").constant(1).op().name());
    }
  }

  @Test
  void anotherGraphHasItsOwn() {
    try (Graph one = new Graph();
        Graph two = new Graph()) {
      assertEquals("Const", GraphScope.ops(one).constant(1).op().name());
      assertEquals("Const", GraphScope.ops(two).constant(1).op().name());
    }
  }
}
