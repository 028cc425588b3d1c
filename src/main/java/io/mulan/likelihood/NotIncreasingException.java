package io.mulan.likelihood;

/** A noise schedule that does not increase in time at some pixel, so that there is no bound. */
public final class NotIncreasingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param rate the least that was found
   */
  public NotIncreasingException(double rate) {
    super("the schedule does not increase: its least rate is " + rate);
  }
}
