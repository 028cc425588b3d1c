package io.mulan.formats;

import io.mulan.files.ConfigException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** What happens where something cannot be read: the end, or a count and the next. */
public final class BadInput {
  private static final Logger LOG = LogManager.getLogger(BadInput.class);
  private static final int LOGGED = 10;

  private final boolean skipped;
  private final int logged;
  private int count;

  public BadInput(boolean skipped) {
    this(skipped, LOGGED);
  }

  private BadInput(boolean skipped, int logged) {
    this.skipped = skipped;
    this.logged = logged;
  }

  /** The same without messages, where all is read again later. */
  public static BadInput quiet(boolean skipped) {
    return new BadInput(skipped, 0);
  }

  /** Whether what is bad is left out. */
  public boolean skipped() {
    return skipped;
  }

  /** Throws it, or counts it and logs the first few. */
  public synchronized void found(ConfigException what) {
    if (!skipped) {
      throw withWayOn(what);
    }
    count++;
    if (count <= logged) {
      LOG.warn("skipped: {}", what.getMessage());
    }
  }

  /** The same; the message says that it can be left out. */
  public static ConfigException withWayOn(ConfigException what) {
    return new ConfigException(what.getMessage() + "; --skip-bad leaves it out", what);
  }

  /** How many were found. */
  public synchronized int count() {
    return count;
  }

  /** Says how many were left out, if any. */
  public void log(String name, int images) {
    if (count() > 0) {
      LOG.warn("{}: skipped {}, {} images are left", name, count(), images);
    }
  }
}
