package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ndarray.Shape;
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
    MachinePeak.Timed timed = MachinePeak.convolution(precision, Shape.of(2, 8, 8, 16));
    assertEquals(3 * 2L * 2 * 8 * 8 * 16 * (3 * 3 * 16), timed.flops());
    assertTrue(timed.speed() > 0 && Double.isFinite(timed.speed()), timed::toString);
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void aProductIsDone(Class<? extends TFloating> precision) {
    MachinePeak.Timed small = MachinePeak.product(precision, 64);
    MachinePeak.Timed large = MachinePeak.product(precision, 1024);
    assertEquals(2L * 64 * 64 * 64, small.flops());
    // 4096 times the work: what is not done takes no time.
    assertTrue(large.seconds() > 2 * small.seconds(), () -> small + ", " + large);
  }
}
