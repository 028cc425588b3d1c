package io.mulan.training;

import io.mulan.likelihood.BoundEstimate;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Is told what happens in a run. Steps count the updates made. */
public interface TrainingListener {

  /**
   * Before each step.
   *
   * @param done updates made before it
   * @param spread of what it will see; to ask takes about as long as the step
   */
  default void stepping(long done, Supplier<StepSpread> spread) {}

  /** After each step. */
  default void stepped(long step, TrainingSession.Step values) {}

  /** While the test images are evaluated. */
  default void evaluating(long step, int imagesDone, int images) {}

  default void evaluated(long step, BoundEstimate bound) {}

  default void saved(long step, Path checkpoint) {}
}
