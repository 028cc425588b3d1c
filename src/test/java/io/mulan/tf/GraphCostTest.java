package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

final class GraphCostTest {
  private static final long CONVOLUTION = 2L * (2 * 8 * 8 * 5) * (3 * 3 * 4);

  @Test
  void aConvolutionCostsAMultiplicationAndAnAdditionForEachTap() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Operand<TFloat32> y = convolution(tf, image(tf), kernel(tf));
      assertEquals(CONVOLUTION, GraphCost.of(graph, y.op()).flops());
    }
  }

  @Test
  void itsGradientsCostAsMuchEach() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      Operand<TFloat32> x = image(tf);
      Operand<TFloat32> w = kernel(tf);
      Operand<TFloat32> y = convolution(tf, x, w);
      List<Operand<TFloat32>> g = Gradients.of(m, y, y, List.of(x, w));
      Operand<TFloat32> both =
          m.add(m.sum(m.reshape(g.get(0), -1), 0), m.sum(m.reshape(g.get(1), -1), 0));
      assertEquals(3 * CONVOLUTION, GraphCost.of(graph, both.op()).flops());
    }
  }

  @Test
  void productsCountTheSumInsideWhicheverWayTheyAreTurned() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Operand<TFloat32> a = placeholder(tf, 3, 7);
      Operand<TFloat32> b = placeholder(tf, 7, 5);
      assertEquals(2L * 3 * 5 * 7, GraphCost.of(graph, tf.linalg.matMul(a, b).op()).flops());
      Operand<TFloat32> turned = placeholder(tf, 7, 3);
      var product = tf.linalg.matMul(turned, b, MatMul.transposeA(true));
      assertEquals(2L * 3 * 5 * 7, GraphCost.of(graph, product.op()).flops());
    }
  }

  @Test
  void memoryIsWhatMustLiveAtOnce() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      Operand<TFloat32> x = placeholder(tf, 1000);
      // A chain: two tensors of 4 kB at a time, however long it is, and a view takes none.
      Operand<TFloat32> y = tf.math.exp(x);
      y = tf.math.exp(m.reshape(y, 10, 100));
      y = tf.math.exp(y);
      long bytes = GraphCost.of(graph, y.op()).bytes();
      assertTrue(bytes >= 8000 && bytes < 8100, "bytes: " + bytes);
    }
  }

  private static Operand<TFloat32> image(Ops tf) {
    return placeholder(tf, 2, 8, 8, 4);
  }

  private static Operand<TFloat32> kernel(Ops tf) {
    return placeholder(tf, 3, 3, 4, 5);
  }

  private static Operand<TFloat32> placeholder(Ops tf, long... dimensions) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(dimensions)));
  }

  private static Operand<TFloat32> convolution(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> kernel) {
    return tf.nn.conv2d(x, kernel, List.of(1L, 1L, 1L, 1L), "SAME");
  }
}
