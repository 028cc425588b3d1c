package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import io.mulan.files.ConfigException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A batch in parts has the bound and the gradient of the batch at once. */
final class AccumulationTest {
  @Test
  void partsGiveWhatTheWholeGives() {
    check(4, false, "network.dropout=0.1");
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "16, false, network.dropout=0.1 network.attention=true latent.encoder=unet",
    "2, false, latent.gradient=score_function network.dropout=0",
    "2, false, schedule.kind=scalar latent.kind=none loss.prediction=epsilon loss.times=uniform",
    "4, false, schedule.kind=monotone latent.kind=gaussian loss.times=importance",
    "2, true, network.dropout=0.1",
    "4, false, data.classes=10 latent.encoder=unet network.dropout=0.1 data.augment=rotations",
    "2, false, data.classes=10 latent.gradient=score_function network.dropout=0",
    "4, false, data.classes=10 latent.kind=none network.kind=per_pixel network.dropout=0.1"
  })
  void partsOfOtherModelsGiveWhatTheWholeGives(int parts, boolean compiled, String settings) {
    check(parts, compiled, settings);
  }

  /** Times, noise and the masks of dropout are the same; sums are in another order. */
  private static void check(int parts, boolean compiled, String settings) {
    RunConfig whole = SmallRun.config(settings.split(" "));
    RunConfig inParts = SmallRun.config((settings + " training.accumulate=" + parts).split(" "));
    SmallRun.compare(
        whole,
        inParts,
        compiled,
        (expected, actual) -> {
          assertTrue(expected.gradientNorms().length > 10);
          assertArrayEquals(expected.terms(), actual.terms(), 1e-4f * (float) expected.total());
          assertArrayEquals(
              expected.gradientNorms(),
              actual.gradientNorms(),
              1e-3f * (float) expected.gradientNorm());
          assertEquals(expected.slowest(), actual.slowest(), 1e-4 * expected.slowest());
        });
  }

  @Tag("integration")
  @Test
  void theWorkIsThatOfTheWholeInLessMemory() {
    try (TrainingSession one = SmallRun.session(SmallRun.config(), false);
        TrainingSession many = SmallRun.session(SmallRun.config("training.accumulate=4"), false)) {
      // The schedule's network sees t = 0 and t = 1 once in each part.
      assertEquals(1, (double) many.cost().flops() / one.cost().flops(), 0.01);
      assertTrue(many.cost().bytes() < one.cost().bytes());
    }
  }

  @Test
  void partsAreOfOneSize() {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> SmallRun.config("training.accumulate=3"));
    assertTrue(
        refused.getMessage().contains("a divisor of training.batch, 16"), refused::getMessage);
  }
}
