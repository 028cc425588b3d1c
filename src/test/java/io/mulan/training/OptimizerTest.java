package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.TrainingConfig;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import io.mulan.tf.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** One update of a kernel and a bias, which both begin at 2. */
final class OptimizerTest {
  private static final float START = 2;

  /** A weight after the update. */
  private record Updated(float weight, float firstMoment, float average) {}

  /** Of the kernel, then of the bias, with these gradients, in the first step. */
  private static List<Updated> update(double kernel, double bias, String... settings) {
    return update(0, kernel, bias, settings);
  }

  /** The same after this number of steps. */
  private static List<Updated> update(long done, double kernel, double bias, String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "training.warmup_steps=0",
                "training.learning_rate_decay=none",
                "training.learning_rate=0.1",
                "training.beta1=0.5",
                "training.ema=0.75"));
    all.addAll(List.of(settings));
    TrainingConfig config = ConfigReader.read(Optional.empty(), Optional.empty(), all).training();
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      Variables variables = new Variables(graph);
      List<Optimizer.Slot<TFloat32>> slots = new ArrayList<>();
      for (String name : List.of("score_model/a/kernel", "score_model/a/bias")) {
        Operand<TFloat32> start = m.vector(START);
        slots.add(
            Optimizer.Slot.create(
                m, variables, variables.create(name, TFloat32.class, Shape.of(1), start)));
      }
      List<Operand<TFloat32>> gradients = List.of(m.vector(kernel), m.vector(bias));
      Optimizer<TFloat32> optimizer = new Optimizer<>(m, config);
      List<Op> updates =
          optimizer.update(tf.constant(done), slots, gradients, optimizer.norms(gradients));
      Op step = tf.withControlDependencies(updates).noOp();
      Op initialize = variables.initializer("initialize");
      try (Session session = GraphSession.plain(graph)) {
        session.runner().addTarget(initialize).run().close();
        session.runner().addTarget(step).run().close();
        return slots.stream().map(s -> read(session, s)).toList();
      }
    }
  }

  private static Updated read(Session session, Optimizer.Slot<TFloat32> slot) {
    try (Result result =
        session
            .runner()
            .fetch(slot.weight().value())
            .fetch(slot.first().value())
            .fetch(slot.average().value())
            .run()) {
      return new Updated(number(result, 0), number(result, 1), number(result, 2));
    }
  }

  private static float number(Result result, int index) {
    return Tensors.floats((TFloat32) result.get(index))[0];
  }

  @Test
  void kernelsDecayAndBiasesDoNot() {
    List<Updated> both = update(0, 0, "training.weight_decay=0.5");
    assertEquals(START * (1 - 0.1f * 0.5f), both.get(0).weight(), 1e-6f);
    assertEquals(START, both.get(1).weight());
  }

  /** The learning rate of the update after some others, read from what it decays the kernel by. */
  private static double rate(String decay, long done) {
    float kernel =
        update(
                done,
                0,
                0,
                "training.weight_decay=1",
                "training.steps=20",
                "training.warmup_steps=4",
                "training.learning_rate_decay=" + decay)
            .get(0)
            .weight();
    return 1 - kernel / START;
  }

  @Test
  void theLearningRateStaysOrFallsToZeroAfterTheWarmUp() {
    for (String decay : List.of("none", "linear", "cosine")) {
      assertEquals(0, rate(decay, 0), 1e-6, decay);
      assertEquals(0.1 * 2 / 4, rate(decay, 2), 1e-6, decay);
      assertEquals(0.1, rate(decay, 4), 1e-6, decay);
    }
    assertEquals(0.1, rate("none", 19), 1e-6);
    assertEquals(0.1 * 3 / 4, rate("linear", 8), 1e-6);
    assertEquals(0.1 * (1 + Math.cos(Math.PI / 4)) / 2, rate("cosine", 8), 1e-6);
    assertEquals(0.1 / 2, rate("cosine", 12), 1e-6);
    assertEquals(0, rate("linear", 20), 1e-6);
    assertEquals(0, rate("cosine", 20), 1e-6);
  }

  @Test
  void theAverageFollowsTheUpdatedWeight() {
    Updated kernel = update(1, 0, "training.weight_decay=0").get(0);
    assertEquals(START - 0.1f, kernel.weight(), 1e-5f);
    assertEquals(0.75f * START + 0.25f * kernel.weight(), kernel.average(), 1e-6f);
  }

  @Test
  void gradientsAreScaledDownToTheNormAndNotUp() {
    List<Updated> clipped = update(3, 4, "training.clip_norm=1");
    assertEquals(0.5f * 3 / 5, clipped.get(0).firstMoment(), 1e-6f);
    assertEquals(0.5f * 4 / 5, clipped.get(1).firstMoment(), 1e-6f);
    List<Updated> within = update(0.3, 0.4, "training.clip_norm=1");
    assertEquals(0.5f * 0.3f, within.get(0).firstMoment(), 1e-6f);
    assertEquals(0.5f * 0.4f, within.get(1).firstMoment(), 1e-6f);
    List<Updated> unlimited = update(3, 4, "training.clip_norm=0");
    assertEquals(0.5f * 3, unlimited.get(0).firstMoment(), 1e-6f);
  }
}
