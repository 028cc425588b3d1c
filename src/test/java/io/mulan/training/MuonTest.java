package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

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

/** Updates of weights that begin at zero and always have the same gradient, at a rate of 0.1. */
final class MuonTest {
  private static final String KERNEL = "score_model/a/kernel";

  /** A multiple of an orthogonal matrix: both singular values are √2/2 of the norm. */
  private static final double[] GRADIENT = {3, 4, -4, 3};

  /** What the iteration makes of √2/2. */
  private static double driven() {
    double x = Math.sqrt(0.5);
    for (int i = 0; i < 5; i++) {
      x = 3.4445 * x - 4.7750 * Math.pow(x, 3) + 2.0315 * Math.pow(x, 5);
    }
    return x;
  }

  /** A weight of the gradient's shape after so many steps. */
  private static double[] trained(String name, int steps, String... settings) {
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
              (m, weights, random) ->
                  m.sum(
                      m.mul(
                          m.reshape(weights.get(name, Shape.of(2, 2), Initializer.ZEROS), 4),
                          m.vector(GRADIENT)),
                      0));
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
    // The orthogonal matrix is a fifth of the gradient; √2 is the root of the larger side.
    double[] once = times(-0.1 * 0.2 * Math.sqrt(2) * driven() / 5, GRADIENT);
    assertArrayEquals(once, trained(KERNEL, 1), 1e-9);
    assertArrayEquals(times(3, once), trained(KERNEL, 3), 1e-9);
  }

  @Test
  void theSizeOfTheGradientDoesNotMatter() {
    assertArrayEquals(trained(KERNEL, 1), trained(KERNEL, 1, "training.clip_norm=1e-3"), 1e-9);
  }

  @Test
  void kernelsDecayFirst() {
    double[] once = trained(KERNEL, 1);
    assertArrayEquals(
        times(1 - 0.1 * 0.5 + 1, once), trained(KERNEL, 2, "training.weight_decay=0.5"), 1e-9);
  }

  @Test
  void lastLayerEncoderAndScheduleAreLeftToAdamW() {
    for (String name :
        List.of("score_model/conv_out/kernel", "encoder_model/a/kernel", "gamma/a/kernel")) {
      assertArrayEquals(new double[] {-0.1, -0.1, 0.1, -0.1}, trained(name, 1), 1e-6, name);
    }
  }
}
