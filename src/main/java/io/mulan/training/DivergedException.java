package io.mulan.training;

/** Training came to a value that is not finite; the message is one line for the user. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DivergedException(String message) {
    super(message);
  }
}
