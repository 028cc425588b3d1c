package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** Element-wise operations, fused. */
final class FusionTest {
  private static final Rewriting ALL = fused(1);

  private final Graph graph = new Graph();
  private final Maths<TFloat64> m = new Maths<>(GraphScope.ops(graph), TFloat64.class);
  private final Operand<TFloat64> images = given("images", 2, 4, 4, 3);
  private final Operand<TFloat64> kernel = given("kernel", 3, 3, 3, 3);

  private static Rewriting fused(long large) {
    return new Rewriting(Optional.empty(), Optional.of(new Fusion(large)));
  }

  @AfterEach
  void close() {
    graph.close();
  }

  private Operand<TFloat64> given(String name, long... shape) {
    return m.ops().withName(name).placeholder(TFloat64.class, Placeholder.shape(Shape.of(shape)));
  }

  /** Normalised, gated, convolved, and added to what it came from. */
  private Operand<TFloat64> block(Operand<TFloat64> x) {
    Operand<TFloat64> mean = m.meanKeeping(x, 1, 2);
    Operand<TFloat64> spread = m.add(m.meanKeeping(m.square(m.sub(x, mean)), 1, 2), 1e-3);
    Operand<TFloat64> h = m.div(m.sub(x, mean), m.sqrt(spread));
    h = m.mul(h, m.sigmoid(h));
    Operand<TFloat64> out = m.conv2d(m.mul(h, 0.7), kernel);
    return m.add(x, m.add(out, m.exp(m.neg(m.square(h)))));
  }

  /** A loss of two blocks, and its gradients. */
  private List<Operand<TFloat64>> lossAndGradients() {
    Operand<TFloat64> h = block(block(images));
    Operand<TFloat64> loss = m.sum(m.square(m.sub(h, images)), 0, 1, 2, 3);
    List<Operand<TFloat64>> all = new ArrayList<>(List.of(loss));
    all.addAll(Gradients.of(m, loss, m.constant(1), List.of(images, kernel)));
    return all;
  }

  private List<double[]> values(Rewriting rewriting, List<Operand<TFloat64>> wanted) {
    try (GraphSession session = GraphSession.open(graph, rewriting, GraphSession::plain);
        TFloat64 x = random(images);
        TFloat64 k = random(kernel)) {
      GraphSession.Runner runner = session.runner().feed(images, x).feed(kernel, k);
      wanted.forEach(runner::fetch);
      try (Result result = runner.run()) {
        List<double[]> values = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
          values.add(Tensors.doubles((TFloat64) result.get(i)));
        }
        return values;
      }
    }
  }

  private static TFloat64 random(Operand<TFloat64> like) {
    Random random = new Random(like.op().name().hashCode());
    return TFloat64.tensorOf(
        like.shape(), t -> t.scalars().forEach(s -> s.setDouble(random.nextGaussian())));
  }

  /** How often functions are called, and how many there are. */
  private static List<Integer> callsAndFunctions(Graph rewritten) {
    int calls = 0;
    for (Iterator<GraphOperation> all = rewritten.operations(); all.hasNext(); ) {
      calls += all.next().type().equals("PartitionedCall") ? 1 : 0;
    }
    return List.of(calls, rewritten.toGraphDef().getLibrary().getFunctionCount());
  }

  @Test
  void valuesAndGradientsAreTheSame() {
    List<Operand<TFloat64>> wanted = lossAndGradients();
    List<double[]> expected = values(Rewriting.NONE, wanted);
    List<double[]> actual = values(ALL, wanted);
    for (int i = 0; i < wanted.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), 1e-12 * expected.get(0)[0]);
    }
  }

  @Test
  void fusedOperationsRepeatToTheBit() {
    List<Operand<TFloat64>> wanted = lossAndGradients();
    List<double[]> once = values(ALL, wanted);
    List<double[]> again = values(ALL, wanted);
    for (int i = 0; i < wanted.size(); i++) {
      assertArrayEquals(once.get(i), again.get(i));
    }
  }

  /** What is fused can still be fetched, and gives the same. */
  @Test
  void valuesWithinAFunctionCanBeFetched() {
    Operand<TFloat64> inner = m.sigmoid(images);
    Operand<TFloat64> outer = m.mul(inner, images);
    List<Operand<TFloat64>> wanted = List.of(inner, outer);
    try (Graph rewritten = RewrittenGraph.of(graph, ALL)) {
      assertEquals(List.of(1, 1), callsAndFunctions(rewritten));
      assertEquals("Sigmoid", rewritten.operation(inner.op().name()).type());
    }
    List<double[]> expected = values(Rewriting.NONE, wanted);
    List<double[]> actual = values(ALL, wanted);
    assertArrayEquals(expected.get(0), actual.get(0));
    assertArrayEquals(expected.get(1), actual.get(1), 1e-15);
  }

  /** Between two convolutions there is one function, and the same one each time. */
  @Test
  void whatComputesTheSameIsOneFunction() {
    Operand<TFloat64> h = images;
    for (int i = 0; i < 3; i++) {
      h = m.conv2d(m.mul(m.sigmoid(m.square(h)), h), kernel);
    }
    try (Graph rewritten = RewrittenGraph.of(graph, ALL)) {
      assertEquals(List.of(3, 1), callsAndFunctions(rewritten));
    }
  }

  /** One of several users may be another kind of operation: the value is kept then. */
  @Test
  void whatASumTakesIsComputedOnce() {
    Operand<TFloat64> gated = m.mul(m.sigmoid(images), images);
    m.sub(m.square(gated), m.sumKeeping(gated, 1, 2));
    try (Graph rewritten = RewrittenGraph.of(graph, ALL)) {
      GraphOperation last = rewritten.operation("Sub");
      assertEquals("PartitionedCall", last.type());
      assertTrue(last.inputs().contains(rewritten.operation(gated.op().name()).output(0)));
      assertEquals(List.of(2, 2), callsAndFunctions(rewritten));
    }
  }

  @Test
  void smallTensorsAndSingleOperationsStay() {
    Operand<TFloat64> gated = m.mul(m.sigmoid(images), images);
    m.conv2d(m.square(m.conv2d(gated, kernel)), kernel);
    try (Graph rewritten = RewrittenGraph.of(graph, fused(images.shape().size()))) {
      assertEquals(List.of(1, 1), callsAndFunctions(rewritten));
    }
    try (Graph rewritten = RewrittenGraph.of(graph, fused(images.shape().size() + 1))) {
      assertEquals(List.of(0, 0), callsAndFunctions(rewritten));
    }
  }

  /** Such as what weights are before training. */
  @Test
  void whatDependsOnNothingFedStays() {
    Operand<TFloat64> constants = m.vector(1, 2, 3);
    m.mul(m.sigmoid(constants), constants);
    try (Graph rewritten = RewrittenGraph.of(graph, ALL)) {
      assertEquals(List.of(0, 0), callsAndFunctions(rewritten));
    }
  }

  /** An order that was asked for is kept. */
  @Test
  void whatWaitsForAnotherOperationStays() {
    var later = m.ops().withControlDependencies(kernel);
    Operand<TFloat64> gate = later.math.sigmoid(images);
    m.conv2d(m.mul(m.square(gate), images), kernel);
    try (Graph rewritten = RewrittenGraph.of(graph, ALL)) {
      assertEquals("Sigmoid", rewritten.operation(gate.op().name()).type());
      assertEquals(List.of(1, 1), callsAndFunctions(rewritten));
      GraphOperation call = rewritten.operation("Mul");
      assertTrue(call.inputs().contains(rewritten.operation(gate.op().name()).output(0)));
    }
  }

  /** What lies after a call knows its shape. */
  @Test
  void shapesStayKnown() {
    Operand<TFloat64> out = m.conv2d(m.mul(m.sigmoid(images), images), kernel);
    try (Graph rewritten = RewrittenGraph.of(graph, ALL)) {
      assertEquals(out.shape(), rewritten.operation(out.op().name()).output(0).shape());
    }
  }

  /** bfloat16 between convolutions is read and written as such. */
  @Test
  void roundedValuesAreReadAndWrittenRounded() {
    Maths<TFloat32> floats = new Maths<>(m.ops(), TFloat32.class);
    Maths<TFloat32> rounded = floats.productsIn(TBfloat16.class);
    Operand<TFloat32> k = floats.cast(kernel);
    Operand<TFloat32> h = rounded.conv2d(floats.cast(images), k);
    Operand<TFloat32> last = rounded.conv2d(floats.mul(floats.sigmoid(h), h), k);
    GraphOperation toFloats = (GraphOperation) last.op();
    String convolution = toFloats.input(0).op().name();
    try (Graph rewritten = RewrittenGraph.of(graph, ALL)) {
      GraphOperation between = (GraphOperation) rewritten.operation(convolution).input(0).op();
      assertEquals("PartitionedCall", between.type());
      assertEquals(DataType.DT_BFLOAT16, between.output(0).dataType());
      assertEquals("Conv2D", between.input(0).op().type());
      assertEquals(DataType.DT_BFLOAT16, between.input(0).dataType());
    }
  }
}
