package io.mulan.training;

import io.mulan.tf.CheckpointException;

/** A checkpoint is not what was written. */
final class DamagedException extends CheckpointException {
  private static final long serialVersionUID = 1;

  private final String what;

  /**
   * @param what is damaged, and how
   * @param wayOn what the user can do
   */
  DamagedException(String what, String wayOn, Throwable cause) {
    super(what + "; " + wayOn, cause);
    this.what = what;
  }

  /** Without the way on. */
  String what() {
    return what;
  }
}
