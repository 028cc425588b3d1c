package io.mulan.cluster;

import java.time.Duration;

/** Waits, as what watches other processes does between two looks. */
public final class Pause {
  private Pause() {}

  /** For so long, or until the thread is interrupted, which it then still is. */
  public static void of(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
