package io.mulan.console;

/** How the program ends. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int UNEXPECTED = 1;
  public static final int USAGE = 2;
  public static final int CONFIGURATION = 3;
  public static final int CHECKPOINT = 4;
  public static final int DIVERGED = 5;

  /** Another process that trains with this one was lost. */
  public static final int WORKER = 6;

  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
