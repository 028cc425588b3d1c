package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.mulan.config.RunConfig;
import io.mulan.data.Batches;
import io.mulan.data.ImageSet;
import org.junit.jupiter.api.Test;

final class CompiledStepTest {
  private static final int STEPS = 5;

  @Test
  void compiledByXlaOrNotTheStepsAreTheSame() {
    RunConfig config = SmallRun.config();
    ImageSet train = SmallRun.data(config).train();
    Batches batches = new Batches(train, config.training().batch(), config.training().seed());
    try (TrainingSession plain = SmallRun.session(config, false);
        TrainingSession compiled = SmallRun.session(config, true)) {
      plain.initialize();
      compiled.initialize();
      for (int step = 0; step < STEPS; step++) {
        byte[] images = batches.batch(step);
        TrainingSession.Step p = plain.step(images);
        TrainingSession.Step c = compiled.step(images);
        assertClose(p.terms(), c.terms());
        assertClose(p.gradientNorms(), c.gradientNorms());
      }
    }
  }

  /** Later steps see the weights that earlier ones made: differences would grow. */
  private static void assertClose(float[] expected, float[] actual) {
    float largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    assertArrayEquals(expected, actual, 1e-3f * largest);
  }
}
