package io.mulan.console;

import java.util.Locale;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Shows how far a piece of work is and how long it will take: on a terminal one line that changes,
 * else a line from time to time.
 */
public final class Countdown {
  private static final Logger LOG = LogManager.getLogger(Countdown.class);
  private static final double EVERY_SECONDS = 10;
  private static final double REDRAW_SECONDS = 0.5;

  private final String what;
  private final long total;
  private final long before;
  private final Terminal terminal;
  private final long start = System.nanoTime();
  private double shown;
  private String note = "";

  /**
   * @param what is counted, such as {@code images}
   * @param total how many there are
   * @param before how many were done already
   */
  public Countdown(Terminal terminal, String what, long total, long before) {
    this.terminal = terminal;
    this.what = what;
    this.total = total;
    this.before = before;
  }

  /** This is shown too from now on. */
  public void note(String text) {
    note = text;
  }

  /** Shows how many are done, from time to time. */
  public void at(long done) {
    double seconds = (System.nanoTime() - start) / 1e9;
    boolean due = seconds - shown > (terminal.isLive() ? REDRAW_SECONDS : EVERY_SECONDS);
    if (!due || done <= before) {
      return;
    }
    shown = seconds;
    double each = seconds / (done - before);
    String line =
        String.format(
            Locale.ROOT,
            "%s %d/%d%s  %s left",
            what,
            done,
            total,
            note.isEmpty() ? "" : "  " + note,
            Text.duration((total - done) * each));
    terminal.progress(LOG, line);
  }

  /** Ends the changing line, so that others can follow. */
  public void end() {
    terminal.erase();
  }
}
