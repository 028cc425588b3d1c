package io.mulan.cli;

import java.util.Map;

/** Counts of weights, as they are printed. */
final class Parameters {
  private Parameters() {}

  static String table(Map<String, Long> counts) {
    StringBuilder table = new StringBuilder("weights\n");
    counts.forEach(
        (part, n) -> table.append(String.format("  %-16s %14s%n", part, Figures.count(n))));
    return table.toString();
  }
}
