package io.mulan.cluster;

import io.mulan.console.ExitCode;
import java.io.IOException;

/**
 * Ends a process when the one that started it has ended, however that was: the pipe between them,
 * its standard input, ends then. It ends as one that is asked to stop.
 */
public final class ParentWatch {
  private static final String PROPERTY = "mulan.parent";

  /** Java's option for a process that is to be watched so. */
  static final String OPTION = "-D" + PROPERTY + "=stdin";

  private ParentWatch() {}

  /** Begins to watch, in a process that was started with {@link #OPTION}. */
  public static void start() {
    if (System.getProperty(PROPERTY) == null) {
      return;
    }
    Thread thread = new Thread(ParentWatch::awaitEnd, "watches parent");
    thread.setDaemon(true);
    thread.start();
  }

  private static void awaitEnd() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes anything.
      }
    } catch (IOException e) {
      // As if it had ended.
    }
    System.exit(ExitCode.INTERRUPTED);
  }
}
