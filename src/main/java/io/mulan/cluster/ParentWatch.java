package io.mulan.cluster;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends a process when the one that started it has ended, however that was: the pipe between them,
 * its standard input, ends then. It ends as one that is asked to stop.
 */
public final class ParentWatch {
  /** Set where a process is to be watched so. */
  public static final String PROPERTY = "mulan.parent";

  /** Java's option for a process that is to be watched so. */
  static final String OPTION = "-D" + PROPERTY + "=stdin";

  private ParentWatch() {}

  /**
   * Begins to watch, in a process that was started with {@link #OPTION}.
   *
   * @param in the pipe
   * @param ended what to do when it ends
   */
  public static void start(InputStream in, Runnable ended) {
    Heartbeat.start("watches parent", () -> awaitEnd(in, ended));
  }

  private static void awaitEnd(InputStream in, Runnable ended) {
    try {
      while (in.read() >= 0) {
        // Nobody writes anything.
      }
    } catch (IOException e) {
      // As if it had ended.
    }
    ended.run();
  }
}
