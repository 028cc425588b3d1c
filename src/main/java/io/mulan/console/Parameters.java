package io.mulan.console;

import java.util.Map;

/** Counts of weights, as they are printed. */
public final class Parameters {
  private Parameters() {}

  public static String table(Map<String, Long> counts) {
    StringBuilder table = new StringBuilder("weights\n");
    counts.forEach(
        (part, n) -> table.append(String.format("  %-16s %14s%n", part, Numbers.count(n))));
    return table.toString();
  }
}
