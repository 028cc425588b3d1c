package io.mulan.console;

import java.util.Locale;

/** Numbers as they are printed, the same everywhere. */
public final class Numbers {
  private Numbers() {}

  /** As short as can be: 1e-5, 0.001. */
  public static String plain(double x) {
    return Double.toString(x).replace(".0E", "e").replace('E', 'e');
  }

  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n).replace(',', ' ');
  }

  public static String bytes(long n) {
    return n < 1e9
        ? String.format(Locale.ROOT, "%.0f MB", n / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", n / 1e9);
  }
}
