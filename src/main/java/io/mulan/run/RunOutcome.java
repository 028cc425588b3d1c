package io.mulan.run;

/**
 * How far a run came and how it ended, as {@code outcome.json} of its folder holds it.
 *
 * @param step it has reached
 * @param reason why training diverged; else empty
 */
public record RunOutcome(State state, long step, String reason) {

  /** What became of a run. */
  public enum State {
    /** All steps were taken and the bound was measured: {@code result.json} says so. */
    FINISHED,
    /** A term or gradient was not finite, or the schedule did not increase. */
    DIVERGED,
    /** It was asked to stop. */
    INTERRUPTED,
    /** It is in training, or was killed. */
    TRAINING,
    /** Its weights come from elsewhere. */
    IMPORTED
  }

  public RunOutcome(State state, long step) {
    this(state, step, "");
  }
}
