package io.mulan.cli;

import io.mulan.likelihood.Figure;
import java.util.Locale;

/** Numbers as they are printed, the same everywhere. */
final class Figures {
  private Figures() {}

  static String withError(Figure f) {
    return f.hasError()
        ? String.format(Locale.ROOT, "%.4f ± %.4f", f.bitsPerDim(), f.standardError())
        : String.format(Locale.ROOT, "%.4f ± –", f.bitsPerDim());
  }

  /** As short as can be: 1e-5, 0.001. */
  static String plain(double x) {
    return Double.toString(x).replace(".0E", "e").replace('E', 'e');
  }

  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n).replace(',', ' ');
  }

  static String bytes(long n) {
    return n < 1e9
        ? String.format(Locale.ROOT, "%.0f MB", n / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", n / 1e9);
  }
}
