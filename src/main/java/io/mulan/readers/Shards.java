package io.mulan.readers;

import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Files that say which part of a set they are: of how many, as {@code train-00000-of-00002} does,
 * or not, as {@code train-000000.tar}.
 */
final class Shards {
  private static final Pattern NAME = Pattern.compile("(.*?)(\\d{1,9})-of-(\\d{1,9})(?!\\d).*");
  private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d{2,9})(\\D*)");
  private static final int MOST = 100_000;
  private static final int LISTED = 3;

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
   * Which numbers are missing between those of files that do not say how many there are, each a
   * line. Numbers are such only with zeros before them: others may be years.
   */
  static List<String> gaps(List<String> names) {
    Map<List<String>, TreeSet<Integer>> series = new LinkedHashMap<>();
    for (String name : names) {
      Matcher part = NUMBERED.matcher(name);
      if (!NAME.matcher(name).matches() && part.matches()) {
        String digits = part.group(2);
        series
            .computeIfAbsent(
                List.of(part.group(1), "%0" + digits.length() + "d", part.group(3)),
                s -> new TreeSet<>())
            .add(Integer.valueOf(digits));
      }
    }
    List<String> gaps = new ArrayList<>();
    series.forEach(
        (name, numbers) -> {
          String first = name.get(1).formatted(numbers.first());
          int missing = numbers.last() - numbers.first() + 1 - numbers.size();
          if (first.startsWith("0") && missing > 0) {
            gaps.add(
                "%d files missing between %s and %s"
                    .formatted(
                        missing,
                        name.get(0) + first + name.get(2),
                        name.get(0) + name.get(1).formatted(numbers.last()) + name.get(2)));
          }
        });
    return gaps;
  }

  /**
   * That no file is missing.
   *
   * @throws ConfigException naming the first of those that are, unless such are skipped
   */
  static void requireNone(String where, List<String> missing, BadInput bad) {
    if (!missing.isEmpty()) {
      String first = missing.stream().limit(LISTED).collect(Collectors.joining(", "));
      String more =
          missing.size() > LISTED ? " and %d more".formatted(missing.size() - LISTED) : "";
      bad.found(
          new ConfigException(
              "%s is a part of a set: %s%s %s missing; fetch the rest"
                  .formatted(where, first, more, missing.size() == 1 ? "is" : "are")));
    }
  }
}
