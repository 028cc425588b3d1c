package io.mulan.training;

/**
 * Training came to a value that is not finite, or to a schedule that does not increase; the message
 * is one line for the user.
 */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final long step;
  private final String reason;

  /** Of a model that is not in training. */
  public DivergedException(String message) {
    super(message);
    this.step = 0;
    this.reason = message;
  }

  DivergedException(long step, String reason, String wayOn) {
    super("training diverged at step " + step + ": " + reason + "; " + wayOn);
    this.step = step;
    this.reason = reason;
  }

  /** After which it was found; 0 outside of training. */
  public long step() {
    return step;
  }

  /** What was found. */
  public String reason() {
    return reason;
  }
}
