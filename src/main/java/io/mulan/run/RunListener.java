package io.mulan.run;

import io.mulan.likelihood.BoundEstimate;

/**
 * Hears of a run while it trains, in the thread that trains. An exception from a listener ends the
 * run, which resumes from its newest checkpoint.
 */
public interface RunListener {

  /**
   * After each step.
   *
   * @param step how many updates were made
   * @param bitsPerDim the loss of the step's batch
   */
  default void stepped(long step, double bitsPerDim) {}

  /**
   * After each evaluation on the test images, of weights that are saved.
   *
   * @param step how many updates were made
   */
  default void evaluated(long step, BoundEstimate bound) {}

  /** Once, after the last step. */
  default void finished(RunResult result) {}

  /**
   * Whether to stop. Asked after each step and between the batches of an evaluation; once true, the
   * run saves and ends.
   */
  default boolean stopAsked() {
    return false;
  }
}
