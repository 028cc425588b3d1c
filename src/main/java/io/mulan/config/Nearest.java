package io.mulan.config;

import java.util.Collection;
import java.util.Comparator;

/** The known name that a user probably meant by an unknown one. */
final class Nearest {
  private Nearest() {}

  /** Such as {@code ; did you mean digits?}; empty where nothing is near. */
  static String hint(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(k -> away(name, k)))
        .filter(k -> away(name, k) <= Math.max(2, name.length() / 3))
        .map(k -> "; did you mean " + k + "?")
        .orElse("");
  }

  /** A name may stand without its group. */
  private static int away(String name, String known) {
    String last = known.substring(known.lastIndexOf('.') + 1);
    return Math.min(distance(name, known), distance(name, last));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
