package io.mulan.cli;

/** How the program ends. */
final class ExitCode {
  static final int OK = 0;
  static final int UNEXPECTED = 1;
  static final int USAGE = 2;
  static final int CONFIGURATION = 3;
  static final int CHECKPOINT = 4;
  static final int DIVERGED = 5;

  /** Another process that trains with this one was lost. */
  static final int WORKER = 6;

  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
