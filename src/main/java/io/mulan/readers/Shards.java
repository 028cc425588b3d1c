package io.mulan.readers;

import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Files that say which part of how many they are, as {@code train-00000-of-00002} does. */
final class Shards {
  private static final Pattern NAME = Pattern.compile("(.*?)(\\d{1,9})-of-(\\d{1,9})(?!\\d).*");
  private static final int MOST = 100_000;
  private static final int TOLD = 3;

  private Shards() {}

  private record Whole(String start, int digits, int count) implements Comparable<Whole> {
    @Override
    public int compareTo(Whole other) {
      return toString().compareTo(other.toString());
    }

    String part(int number) {
      return start + ("%0" + digits + "d-of-%0" + digits + "d").formatted(number, count);
    }
  }

  /**
   * That every part is there.
   *
   * @param where they lie, for messages
   * @throws ConfigException naming those that are not, unless such are skipped
   */
  static void requireAll(String where, List<String> names, BadInput bad) {
    Map<Whole, BitSet> wholes = new TreeMap<>();
    for (String name : names) {
      Matcher part = NAME.matcher(name);
      if (part.matches() && Integer.parseInt(part.group(3)) <= MOST) {
        Whole whole =
            new Whole(part.group(1), part.group(2).length(), Integer.parseInt(part.group(3)));
        wholes.computeIfAbsent(whole, w -> new BitSet()).set(Integer.parseInt(part.group(2)));
      }
    }
    wholes.forEach(
        (whole, there) ->
            requireNone(
                where,
                IntStream.range(0, whole.count())
                    .filter(i -> !there.get(i))
                    .mapToObj(whole::part)
                    .toList(),
                bad));
  }

  /**
   * That no file is missing.
   *
   * @throws ConfigException naming the first of those that are, unless such are skipped
   */
  static void requireNone(String where, List<String> missing, BadInput bad) {
    if (!missing.isEmpty()) {
      String first = missing.stream().limit(TOLD).collect(Collectors.joining(", "));
      String more = missing.size() > TOLD ? " and %d more".formatted(missing.size() - TOLD) : "";
      bad.found(
          new ConfigException(
              "%s is a part of a set: %s%s %s missing; fetch the rest"
                  .formatted(where, first, more, missing.size() == 1 ? "is" : "are")));
    }
  }
}
