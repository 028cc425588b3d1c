package io.mulan.cli;

/** A command line that can't be understood; the message is one line for the user. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
