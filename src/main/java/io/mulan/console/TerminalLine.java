package io.mulan.console;

/** A line on the terminal that is drawn over and over. */
public final class TerminalLine {
  private static final String AGAIN = "\r\u001b[K";

  private TerminalLine() {}

  public static void draw(String line) {
    System.err.print(AGAIN + line);
    System.err.flush();
  }

  /** Removes it, so that others can follow. */
  public static void end() {
    System.err.print(AGAIN);
  }
}
