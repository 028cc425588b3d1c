package io.mulan.console;

import java.util.Locale;
import java.util.Map;

/** Numbers, times and names as they are printed, the same everywhere. */
public final class Text {
  private Text() {}

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

  /** Such as {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 05 min}, {@code 12 d 3 h}. */
  public static String duration(double seconds) {
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

  /** A table of how many weights the parts of a model have. */
  public static String weights(Map<String, Long> counts) {
    StringBuilder table = new StringBuilder("weights\n");
    counts.forEach((part, n) -> table.append(String.format("  %-16s %14s%n", part, count(n))));
    return table.toString();
  }

  /** A constant of an enumeration: small letters with hyphens. */
  public static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
