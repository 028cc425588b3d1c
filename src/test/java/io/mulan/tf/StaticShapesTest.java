package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/** Gradients without what only depends on shapes. */
final class StaticShapesTest {
  /** What gradients compute from shapes. */
  private static final Set<String> OF_SHAPES =
      Set.of("Shape", "BroadcastGradientArgs", "DynamicStitch", "Range", "Size");

  private final Graph graph = new Graph();
  private final Ops tf = GraphScope.ops(graph);
  private final Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
  private final Operand<TFloat32> x = given("x", 2, 3, 4);
  private final Operand<TFloat32> row = given("row", 4);
  private final Operand<TFloat32> column = given("column", 3, 1);
  private final Operand<TFloat32> ones = given("ones", 1, 1, 1);

  @AfterEach
  void close() {
    graph.close();
  }

  private Operand<TFloat32> given(String name, long... shape) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
  }

  /** Of everything that broadcasts, reduces, reshapes and repeats. */
  private List<Operand<TFloat32>> gradients() {
    Operand<TFloat32> h = m.mul(m.add(m.mul(x, row), column), m.sub(x, ones));
    h = m.div(h, m.add(m.square(column), 1));
    Operand<TFloat32> mean = tf.math.mean(h, tf.array(1), Mean.keepDims(true));
    h = m.mul(m.mul(h, m.sumKeeping(h, 0, 1)), m.sumKeeping(m.square(h), 2));
    h = m.add(h, m.sumKeeping(m.mul(h, 3), 1));
    h = m.add(h, m.sumKeeping(m.mul(h, row), 1, 2));
    h = m.reshape(m.sub(h, mean), 6, 4);
    Operand<TFloat32> sum = tf.sum(m.mul(h, h), tf.array(0, 1), Sum.keepDims(false));
    return Gradients.of(m, sum, m.constant(1), List.of(x, row, column, ones));
  }

  private static List<float[]> values(Graph graph, List<Operand<TFloat32>> fetched) {
    List<float[]> values = new ArrayList<>();
    try (Session session = GraphSession.plain(graph);
        TFloat32 x = some(2, 3, 4);
        TFloat32 row = some(4);
        TFloat32 column = some(3, 1);
        TFloat32 ones = some(1, 1, 1)) {
      Session.Runner runner = session.runner();
      runner.feed("x", x).feed("row", row).feed("column", column).feed("ones", ones);
      fetched.forEach(f -> runner.fetch(f.op().name(), f.asOutput().index()));
      try (Result result = runner.run()) {
        result.forEach(r -> values.add(Tensors.floats((TFloat32) r.getValue())));
      }
    }
    return values;
  }

  private static TFloat32 some(long... shape) {
    Random random = new Random(shape.length);
    return TFloat32.tensorOf(
        Shape.of(shape), t -> t.scalars().forEach(s -> s.setFloat(random.nextFloat() - 0.4f)));
  }

  private static Set<String> typesInGradients(Graph graph) {
    Set<String> types = new TreeSet<>();
    graph
        .operations()
        .forEachRemaining(
            o -> {
              if (Gradients.isInside(o.name())) {
                types.add(o.type());
              }
            });
    return types;
  }

  @Test
  void valuesAreTheSameToTheBit() {
    List<Operand<TFloat32>> gradients = gradients();
    try (Graph rewritten = RewrittenGraph.of(graph)) {
      List<float[]> expected = values(graph, gradients);
      List<float[]> actual = values(rewritten, gradients);
      assertEquals(4, actual.size());
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), actual.get(i));
      }
    }
  }

  @Test
  void nothingIsComputedFromShapes() {
    gradients();
    Set<String> before = typesInGradients(graph);
    assertTrue(before.containsAll(Set.of("Shape", "BroadcastGradientArgs")), before::toString);
    try (Graph rewritten = RewrittenGraph.of(graph)) {
      Set<String> after = typesInGradients(rewritten);
      after.retainAll(OF_SHAPES);
      assertEquals(Set.of(), after);
    }
  }

  @Test
  void whatAGradientRepeatsIsNotWritten() {
    Operand<TFloat32> h = m.mul(x, row);
    h = m.mul(m.mul(h, m.sumKeeping(m.square(h), 1)), m.sumKeeping(h, 2));
    Gradients.of(m, h, m.square(h), List.of(x));
    assertTrue(typesInGradients(graph).contains("Tile"));
    try (Graph rewritten = RewrittenGraph.of(graph)) {
      assertFalse(typesInGradients(rewritten).contains("Tile"));
    }
  }

  /** A batch of any size keeps the operations that look at its shape. */
  @ParameterizedTest
  @ValueSource(longs = {1, 3})
  void shapesThatAreNotKnownAreLookedAt(long batch) {
    Operand<TFloat32> images = given("images", -1, 2);
    Operand<TFloat32> scale = given("scale", 1, 2);
    Operand<TFloat32> sum = m.sum(m.reshape(m.mul(images, scale), -1), 0);
    Operand<TFloat32> gradient =
        Gradients.of(m, sum, m.constant(1), List.<Operand<TFloat32>>of(scale)).get(0);
    try (Graph rewritten = RewrittenGraph.of(graph);
        Session session = GraphSession.plain(rewritten);
        TFloat32 some =
            TFloat32.tensorOf(Shape.of(batch, 2), t -> t.scalars().forEach(s -> s.setFloat(2)));
        TFloat32 one =
            TFloat32.tensorOf(Shape.of(1, 2), t -> t.scalars().forEach(s -> s.setFloat(1)));
        Result result =
            session
                .runner()
                .feed("images", some)
                .feed("scale", one)
                .fetch(gradient.op().name())
                .run()) {
      assertArrayEquals(
          new float[] {2 * batch, 2 * batch}, Tensors.floats((TFloat32) result.get(0)));
    }
  }
}
