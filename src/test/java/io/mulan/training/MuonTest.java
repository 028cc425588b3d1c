package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.TrainingConfig;
import io.mulan.nn.Initializer;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat64;

/** Updates of a weight [[a, b], [-b, a]] that begins at zero, at a rate of 0.1. */
final class MuonTest {
  private static final String KERNEL = "score_model/a/kernel";

  /** The least loss, so far away that gradients point there all the time: a = 3, b = 4. */
  private static final double[] FAR = {3, 4, -4, 3};

  /** The curvature of the loss for each element. */
  private static final double[] CURVATURE = {1, 3, 3, 1};

  /** The square root of the larger side. */
  private static final double SIDE = Math.sqrt(2);

  /** What the iteration makes of both singular values of such a matrix of norm one. */
  private static final double DRIVEN = OrthogonalFactorTest.driven(Math.sqrt(0.5));

  private static double[] trained(String name, int steps, String... settings) {
    return trained(FAR, name, steps, settings);
  }

  /** The weight after so many steps down a quadratic loss. */
  private static double[] trained(double[] least, String name, int steps, String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "training.optimizer=muon",
                "training.learning_rate=0.1",
                "training.warmup_steps=0",
                "training.learning_rate_decay=none",
                "training.weight_decay=0",
                "training.encoder_rate=1",
                "training.schedule_rate_by_width=false",
                "training.ema=0"));
    all.addAll(List.of(settings));
    TrainingConfig config = ConfigReader.preset("digits", all.toArray(String[]::new)).training();
    try (Graph graph = new Graph()) {
      Descent<TFloat64> descent =
          Descent.of(
              graph,
              TFloat64.class,
              config,
              (m, weights, random) -> {
                Operand<TFloat64> w = weights.get(name, Shape.of(2, 2), Initializer.ZEROS);
                Operand<TFloat64> off = m.sub(m.reshape(w, 4), m.vector(least));
                return m.mul(m.sum(m.mul(m.square(off), m.vector(CURVATURE)), 0), 0.5);
              });
      Operand<TFloat64> weight = descent.averaged().get(name, Shape.of(2, 2), Initializer.ZEROS);
      try (Session session = GraphSession.plain(graph)) {
        session.runner().addTarget(descent.initialize()).run().close();
        for (int i = 0; i < steps; i++) {
          session.runner().addTarget(descent.step()).run().close();
        }
        try (Result result = session.runner().fetch(weight).run()) {
          return Tensors.doubles((TFloat64) result.get(0));
        }
      }
    }
  }

  private static double[] times(double factor, double... elements) {
    return Arrays.stream(elements).map(e -> factor * e).toArray();
  }

  @Test
  void aKernelMovesAlongTheOrthogonalFactor() {
    // That of the first gradient, a multiple of an orthogonal matrix.
    double size = 0.1 * 0.2 * SIDE * DRIVEN / Math.hypot(3, 3 * 4);
    double[] once = {3 * size, 12 * size, -12 * size, 3 * size};
    assertArrayEquals(once, trained(KERNEL, 1), 1e-9);
  }

  @Test
  void momentaFollowAsNesterovs() {
    double[] least = {0.05, 0.02, -0.02, 0.05};
    double a = 0;
    double b = 0;
    double momentumA = 0;
    double momentumB = 0;
    for (int step = 1; step <= 8; step++) {
      double gradientA = a - least[0];
      double gradientB = 3 * (b - least[1]);
      momentumA = 0.95 * momentumA + 0.05 * gradientA;
      momentumB = 0.95 * momentumB + 0.05 * gradientB;
      double aheadA = 0.95 * momentumA + 0.05 * gradientA;
      double aheadB = 0.95 * momentumB + 0.05 * gradientB;
      double size = 0.1 * 0.2 * SIDE * DRIVEN / Math.hypot(aheadA, aheadB);
      a -= size * aheadA;
      b -= size * aheadB;
      assertArrayEquals(new double[] {a, b, -b, a}, trained(least, KERNEL, step), 1e-9);
    }
  }

  @Test
  void theSizeOfTheGradientDoesNotMatter() {
    assertArrayEquals(trained(KERNEL, 1), trained(KERNEL, 1, "training.clip_norm=1e-3"), 1e-9);
  }

  @Test
  void kernelsDecay() {
    double[] twice = trained(KERNEL, 2);
    double[] decayed = trained(KERNEL, 2, "training.weight_decay=1e-3");
    // Before the second step, by rate and decay of what the first one made.
    double[] lost = times(-0.1 * 1e-3, trained(KERNEL, 1));
    for (int i = 0; i < 4; i++) {
      assertEquals(lost[i], decayed[i] - twice[i], 1e-7);
    }
  }

  @Test
  void lastLayerEncoderAndScheduleAreLeftToAdamW() {
    for (String name :
        List.of("score_model/conv_out/kernel", "encoder_model/a/kernel", "gamma/a/kernel")) {
      assertArrayEquals(new double[] {0.1, 0.1, -0.1, 0.1}, trained(name, 1), 1e-6, name);
    }
  }
}
