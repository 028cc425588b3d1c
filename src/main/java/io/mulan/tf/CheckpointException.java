package io.mulan.tf;

/** A checkpoint or model that cannot be read or written; the message is one line for the user. */
public class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }

  public CheckpointException(String message) {
    super(message);
  }
}
