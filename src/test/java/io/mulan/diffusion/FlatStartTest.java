package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;

/** The schedules before training, with their own initial weights. */
final class FlatStartTest {
  private static final double MIN = -5;
  private static final double MAX = 3;

  /** Draws of the latent. */
  private static final int ROWS = 4;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "polynomial",
        "polynomial schedule.ends=learned",
        "polynomial_scalar",
        "monotone",
        "monotone_scalar",
        "multivariate_linear",
        "scalar"
      })
  void aFlatScheduleStartsAsOneLineAndCanLeaveIt(String kind) {
    try (SmallModel<TFloat64> small =
        new SmallModel<>(
            TFloat64.class, ("schedule.start=flat schedule.kind=" + kind).split(" "))) {
      Maths<TFloat64> m = small.m;
      Map<String, Operand<TFloat64>> made = new HashMap<>();
      Weights<TFloat64> initial = initial(m, made);
      double[] latents = new Random(3).doubles(ROWS * 5L).toArray();
      Operand<TFloat64> c = m.reshape(m.vector(latents), ROWS, 5);
      double[] times = {0, 0.2, 0.7, 1};
      Operand<TFloat64> t = m.reshape(m.vector(times), ROWS, 1);
      Operand<TFloat64> gamma =
          NoiseSchedule.of(small.config().schedule(), SmallModel.IMAGE)
              .path(new Net<>(m, initial, Dropout.none(), "gamma"), c)
              .gamma(t);
      double[] values = small.run(0, new double[SmallModel.BATCH], List.of(gamma)).get(0);
      int size = values.length / ROWS;
      for (int i = 0; i < values.length; i++) {
        double line = MIN + (MAX - MIN) * times[i / size];
        assertEquals(line, values[i], 1e-12, "dimension " + i % size + " at row " + i / size);
      }
      // The second row is inside, where every schedule can bend.
      Operand<TFloat64> inside = m.sum(m.flatten(m.square(m.add(gamma, 7))), 0, 1);
      List<Operand<TFloat64>> weights = List.copyOf(made.values());
      Operand<TFloat64> moved = m.constant(0);
      for (Operand<TFloat64> slope : Gradients.of(m, inside, m.constant(1), weights)) {
        moved = m.add(moved, m.sum(m.reshape(m.square(slope), 1, -1), 0, 1));
      }
      double squares = small.run(0, new double[SmallModel.BATCH], List.of(moved)).get(0)[0];
      assertTrue(squares > 0, "some weight has a gradient");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"polynomial", "monotone"})
  void theLastLayerOfAFlatScheduleHasAGradient(String kind) {
    try (SmallModel<TFloat64> small =
        new SmallModel<>(TFloat64.class, "schedule.start=flat", "schedule.kind=" + kind)) {
      Maths<TFloat64> m = small.m;
      Map<String, Operand<TFloat64>> made = new HashMap<>();
      Weights<TFloat64> initial = initial(m, made);
      Operand<TFloat64> c = m.reshape(m.vector(0.1, 0.9, 0.3, 0.2, 0.7), 1, 5);
      Operand<TFloat64> t = m.reshape(m.vector(0.4), 1, 1);
      Operand<TFloat64> gamma =
          NoiseSchedule.of(small.config().schedule(), SmallModel.IMAGE)
              .path(new Net<>(m, initial, Dropout.none(), "gamma"), c)
              .gamma(t);
      String last = kind.equals("polynomial") ? "gamma/dense_out_b/kernel" : "gamma/l3/kernel";
      Operand<TFloat64> slope =
          Gradients.of(m, m.sum(gamma, 0, 1), m.constant(1), List.of(made.get(last))).get(0);
      double[] values = small.run(0, new double[SmallModel.BATCH], List.of(slope)).get(0);
      for (double value : values) {
        assertTrue(Math.abs(value) > 1e-9, "a weight of " + last + " that never moves");
      }
    }
  }

  /** Each weight as a layer draws it, kept by name. */
  private static Weights<TFloat64> initial(Maths<TFloat64> m, Map<String, Operand<TFloat64>> made) {
    return (name, shape, initializer) ->
        made.computeIfAbsent(
            name, n -> m.add(initializer.value(m, shape, StatelessRandom.hash(n) >>> 1), 0));
  }
}
