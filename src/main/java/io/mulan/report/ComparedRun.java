package io.mulan.report;

import io.mulan.training.Metrics;
import java.nio.file.Path;

/**
 * One of the runs that are compared, as it is now.
 *
 * @param folder where it is
 * @param message what it diverged with; empty if it did not
 * @param curve bits/dim on the test images
 */
record ComparedRun(
    String preset, long seed, Path folder, State state, String message, Metrics.Curve curve) {

  /** How far it came. */
  enum State {
    FINISHED,
    DIVERGED,
    UNFINISHED
  }

  static String name(String preset, long seed) {
    return preset + "-seed" + seed;
  }

  boolean finished() {
    return state == State.FINISHED;
  }

  /** The last figure; of a finished run that after all steps. */
  double last() {
    return curve.values()[curve.size() - 1];
  }
}
