package io.mulan.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import java.util.stream.Stream;
import org.hipparchus.stat.StatUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat64;

/** Each law on one pixel, at evenly spaced draws: quadrature instead of chance. */
final class DequantisationTest {
  private static final int LEVELS = 16;
  private static final int DRAWS = 20_000;
  private static final double SIGNAL = 0.3125;

  static Stream<Arguments> laws() {
    return Stream.of(-13.3, -6.0, -3.0)
        .flatMap(
            gamma0 ->
                Stream.of(
                        new Dequantisation.Uniform(LEVELS, false),
                        new Dequantisation.TruncatedNormal(LEVELS))
                    .map(law -> Arguments.of(law, gamma0)));
  }

  @ParameterizedTest
  @MethodSource("laws")
  void theNoiseFillsTheLevelAndItsDensityIsItsOwn(Dequantisation law, double gamma0) {
    try (Graph graph = new Graph();
        Session session = GraphSession.plain(graph)) {
      Maths<TFloat64> d = new Maths<>(GraphScope.ops(graph), TFloat64.class);
      double[] even = new double[DRAWS];
      Arrays.setAll(even, i -> (i + 0.5) / DRAWS);
      Operand<TFloat64> uniform = d.reshape(d.vector(even), DRAWS, 1, 1, 1);
      Operand<TFloat64> gamma = d.reshape(d.constant(gamma0), 1, 1, 1, 1);
      Operand<TFloat64> noise = law.noise(d, gamma, uniform);
      Operand<TFloat64> signal = d.reshape(d.constant(SIGNAL), 1, 1, 1, 1);
      try (Result result =
          session
              .runner()
              .fetch(law.place(d, signal, gamma, noise))
              .fetch(law.logDensity(d, gamma, noise))
              .fetch(law.expectedLogDensity(d, gamma, noise))
              .run()) {
        double[] z0 = Tensors.doubles((TFloat64) result.get(0));
        double[] logDensity = Tensors.doubles((TFloat64) result.get(1));
        double[] expected = Tensors.doubles((TFloat64) result.get(2));
        double alpha = Math.sqrt(1 / (1 + Math.exp(gamma0)));
        double half = alpha / LEVELS;
        assertTrue(z0[0] >= alpha * SIGNAL - half - 1e-12, "below its level");
        assertTrue(z0[DRAWS - 1] <= alpha * SIGNAL + half + 1e-12, "above its level");
        // Between neighbouring draws lies 1/N of the probability: density · distance.
        for (int i = DRAWS / 10; i < DRAWS * 9 / 10; i += 997) {
          double inside = Math.exp(logDensity[i]) * (z0[i + 1] - z0[i - 1]) / 2;
          assertEquals(1.0 / DRAWS, inside, 1e-3 / DRAWS, "draw " + i);
        }
        assertEquals(StatUtils.mean(logDensity), expected[0], 2e-3, "expected log density");
      }
    }
  }
}
