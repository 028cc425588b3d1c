package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

class ShownGraphTest {

  @Test
  void itHasWhatTheTargetNeedsWithoutLargeValues() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Operand<TFloat32> large = tf.withName("large").constant(new float[1000]);
      Operand<TFloat32> small = tf.withName("small").constant(2f);
      Operand<TFloat32> product = tf.withSubScope("layer").math.mul(large, small);
      tf.withName("unused").math.neg(product);
      Operand<TFloat32> sum =
          tf.withControlDependencies(small).withName("sum").math.add(product, product);

      GraphDef shown = ShownGraph.of(graph, sum.op().name());
      assertEquals(
          List.of("between/large", "between/small", "layer/Mul", "between/sum"),
          shown.getNodeList().stream().map(NodeDef::getName).toList());
      assertEquals(
          List.of("layer/Mul", "layer/Mul", "^between/small"), shown.getNode(3).getInputList());
      assertTrue(shown.getSerializedSize() < 1000, shown::toString);
      assertEquals(
          1000,
          shown
              .getNode(0)
              .getAttrOrThrow("value")
              .getTensor()
              .getTensorShape()
              .getDim(0)
              .getSize());
      assertEquals(2f, shown.getNode(1).getAttrOrThrow("value").getTensor().getFloatVal(0));
    }
  }
}
