package io.mulan.console;

/** Thrown where work ends because the user asked to stop. */
public final class Stopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Stopped() {
    super("stopped", null, false, false);
  }
}
