package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import io.mulan.files.ConfigException;
import io.mulan.tf.GraphCost;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is computed twice is the same, and takes less memory. */
final class RecomputationTest {
  private static final String RECOMPUTED = " training.recompute=true";

  @Test
  void stepsAreTheSameWithRecomputation() {
    check("network.dropout=0.1 training.accumulate=2");
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "network.dropout=0.1 network.attention=true latent.encoder=unet",
        "schedule.kind=scalar latent.kind=none loss.prediction=epsilon training.precision=bfloat16",
        "network.kind=per_pixel latent.gradient=score_function"
      })
  void stepsOfOtherPartsAreTheSameWithRecomputation(String settings) {
    check(settings);
  }

  /** TensorFlow fuses other operations where the backward pass does not look: last bits differ. */
  private static void check(String settings) {
    RunConfig kept = SmallRun.config(settings.split(" "));
    RunConfig recomputed = SmallRun.config((settings + RECOMPUTED).split(" "));
    SmallRun.compare(kept, recomputed, false, SmallRun.within(1e-6f, 1e-5f));
  }

  @Tag("integration")
  @Test
  void recomputationTakesLessMemoryAndMoreWork() {
    String large =
        "schedule.kind=scalar latent.kind=none network.channels=32 network.layers=4"
            + " network.dropout=0.1";
    GraphCost kept = cost(SmallRun.config(large.split(" ")));
    GraphCost recomputed = cost(SmallRun.config((large + RECOMPUTED).split(" ")));
    assertTrue(recomputed.bytes() < 0.5 * kept.bytes(), kept + " and " + recomputed);
    assertTrue(recomputed.flops() > 1.1 * kept.flops(), kept + " and " + recomputed);
    assertTrue(recomputed.flops() < 1.34 * kept.flops(), kept + " and " + recomputed);
  }

  private static GraphCost cost(RunConfig config) {
    try (TrainingSession session = SmallRun.session(config, false)) {
      return session.cost();
    }
  }

  @Test
  void recomputationIsRefusedWithXla() {
    ConfigException refused =
        assertThrows(
            ConfigException.class,
            () -> SmallRun.config("training.recompute=true", "training.xla=on"));
    assertEquals(
        "training.recompute is true; allowed: false where training.xla is on: XLA would join what"
            + " is computed twice (in --set training.recompute=true)",
        refused.getMessage());
  }
}
