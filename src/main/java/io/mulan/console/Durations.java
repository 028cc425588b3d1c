package io.mulan.console;

/** Lengths of time as people say them. */
public final class Durations {
  private Durations() {}

  /** Such as {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 05 min}, {@code 12 d 3 h}. */
  public static String of(double seconds) {
    long s = Math.round(seconds);
    if (s < 60) {
      return s + " s";
    }
    if (s < 3600) {
      return "%d min %02d s".formatted(s / 60, s % 60);
    }
    if (s < 48 * 3600) {
      return "%d h %02d min".formatted(s / 3600, s / 60 % 60);
    }
    return "%d d %d h".formatted(s / 86400, s / 3600 % 24);
  }
}
