package io.mulan.flow;

/** The probability flow of a model can't be solved. */
public final class FlowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FlowException(String message) {
    super(message);
  }
}
