package io.mulan.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.StepTrace;
import io.mulan.tf.Variables;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

final class MachinePeakTest {
  static List<Class<? extends TFloating>> precisions() {
    return List.of(TFloat32.class, TBfloat16.class);
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void aConvolutionCountsItsGradients(Class<? extends TFloating> precision) {
    MachinePeak.Timed timed = MachinePeak.convolution(precision, Shape.of(2, 8, 8, 16), 2);
    assertEquals(3 * 2L * 2 * 8 * 8 * 16 * (3 * 3 * 16), timed.flops());
    assertTrue(timed.speed() > 0 && Double.isFinite(timed.speed()), timed::toString);
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void aProductIsComputed(Class<? extends TFloating> precision) {
    MachinePeak.Timed small = MachinePeak.product(precision, 64, 5);
    MachinePeak.Timed large = MachinePeak.product(precision, 1024, 5);
    assertEquals(2L * 64 * 64 * 64, small.flops());
    // 4096 times the work: what is not done takes no time.
    assertTrue(large.seconds() > 2 * small.seconds(), () -> small + ", " + large);
  }

  @Test
  void theCountedOperationsAreRun() {
    assertEquals(
        List.of("Conv2D", "Conv2DBackpropFilter", "Conv2DBackpropInput"),
        multiplications((m, v) -> MachinePeak.convolution(m, v, Shape.of(2, 8, 8, 16))));
    assertEquals(List.of("MatMul"), multiplications((m, v) -> MachinePeak.product(m, v, 64)));
  }

  /** Convolutions and products that a run traces, without the names of their implementations. */
  private static List<String> multiplications(
      BiFunction<Maths<TFloat32>, Variables, Operand<TFloat32>> work) {
    try (Graph graph = new Graph()) {
      Variables variables = new Variables(graph);
      Operand<?> result = work.apply(new Maths<>(GraphScope.ops(graph), TFloat32.class), variables);
      Op initialize = variables.initializer("initialize");
      try (GraphSession session = GraphSession.open(graph)) {
        session.runner().addTarget(initialize).run().close();
        return StepTrace.of(session.runner().fetch(result)).operations().stream()
            .map(o -> o.type().replaceFirst("^_Mkl(Native)?", ""))
            .filter(type -> type.startsWith("Conv2D") || type.equals("MatMul"))
            .sorted()
            .toList();
      }
    }
  }
}
