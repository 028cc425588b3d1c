package io.mulan.training;

import io.mulan.likelihood.BoundEstimate;
import java.nio.file.Path;

/** Is told what happens in a run. Steps count the updates made. */
public interface TrainingListener {

  /** After each step. */
  default void stepped(long step, TrainingSession.Step values) {}

  /** While the test images are evaluated. */
  default void evaluating(long step, int imagesDone, int images) {}

  default void evaluated(long step, BoundEstimate bound) {}

  default void saved(long step, Path checkpoint) {}
}
