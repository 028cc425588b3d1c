package io.mulan.training;

import io.mulan.likelihood.BoundEstimate;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Hears what happens in a run. Steps count the updates made. */
public interface TrainingListener {

  /**
   * Before each step.
   *
   * @param done updates made before it
   * @param spread of what it will see; to ask takes about as long as the step
   */
  default void stepping(long done, Supplier<StepHistograms> spread) {}

  /** After each step. */
  default void stepped(long step, TrainingSession.Step values) {}

  /** While the test images are evaluated. */
  default void evaluating(long step, int imagesDone, int images) {}

  /** After an evaluation, of weights that are saved. */
  default void evaluated(long step, BoundEstimate bound) {}

  /**
   * Before each checkpoint, and before it is written into one that it was evaluated: what has been
   * recorded until then is forced to disk.
   *
   * @return what has to be kept with the checkpoint, from the one listener that has any
   */
  default Optional<Interval> recorded() {
    return Optional.empty();
  }

  /** After each checkpoint; an evaluation of the step follows it. */
  default void saved(long step, Path checkpoint) {}
}
