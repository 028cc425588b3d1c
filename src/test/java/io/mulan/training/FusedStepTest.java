package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps whose element-wise operations are fused are the same, and take less memory. */
final class FusedStepTest {
  /** As large a batch as makes the network's tensors count. */
  private static final String LARGE = "training.batch=128 training.fused=";

  private static RunConfig config(String settings, String fused) {
    return SmallRun.config((LARGE + fused + " " + settings).strip().split(" "));
  }

  @Test
  void stepsAreTheSame() {
    check("network.dropout=0.1", 2e-6f, 1e-5f);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "network.attention=true latent.encoder=unet training.recompute=true",
        "schedule.kind=scalar latent.kind=none loss.prediction=epsilon",
        "network.kind=per_pixel latent.gradient=score_function training.accumulate=2",
        "training.optimizer=muon training.clip_norm=1"
      })
  void stepsOfOtherPartsAreTheSame(String settings) {
    check(settings, 2e-6f, 1e-5f);
  }

  /** Products that are rounded round what differs in the last bits to other numbers. */
  @Test
  void stepsInBfloat16AreTheSameUpToItsRounding() {
    check("training.precision=bfloat16", 1e-3f, 1e-2f);
  }

  private static void check(String settings, float ofTerms, float ofGradients) {
    SmallRun.compare(
        config(settings, "off"),
        config(settings, "on"),
        false,
        SmallRun.within(ofTerms, ofGradients));
  }

  @Test
  void stepsRepeatToTheBit() {
    RunConfig config = config("network.dropout=0.1", "on");
    SmallRun.compare(
        config,
        config,
        false,
        (once, again) -> {
          assertArrayEquals(once.terms(), again.terms());
          assertArrayEquals(once.gradientNorms(), again.gradientNorms());
        });
  }

  @Test
  void stepsTakeLessMemory() {
    String settings = "schedule.kind=scalar latent.kind=none network.dropout=0.1";
    try (TrainingSession off = SmallRun.session(config(settings, "off"), false);
        TrainingSession on = SmallRun.session(config(settings, "on"), false)) {
      long before = off.cost().bytes();
      long after = on.cost().bytes();
      assertTrue(after < 0.8 * before, after + " of " + before);
      assertTrue(on.cost().flops() == off.cost().flops());
    }
  }
}
