package io.mulan.readers;

import io.mulan.files.ConfigException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which of the files of a folder are for training and which for the test, as folders on the way to
 * them are called: {@code train} and {@code test}, directly in it or as many levels down as only
 * one folder is there.
 *
 * @param test null if no folder says which they are
 * @param notes what of them is passed over, each a line
 */
record FolderSplit(Part train, Part test, List<String> notes) {

  /**
   * Files of a split.
   *
   * @param folder that all are in, below the whole: empty, or ends with a slash
   * @param names below that
   */
  record Part(String folder, List<String> names) {}

  /**
   * The split of files.
   *
   * @param where they lie, for messages
   * @param names with slashes; not empty
   * @throws ConfigException if folders leave open which are for training
   */
  static FolderSplit of(String where, List<String> names) {
    String common = common(names);
    Part all = new Part(common, below(common, names));
    Map<String, List<String>> folders = new TreeMap<>();
    all.names().forEach(n -> folders.computeIfAbsent(first(n), f -> new ArrayList<>()).add(n));
    List<String> loose = Objects.requireNonNullElse(folders.remove(""), List.of());
    List<String> train = training(folders.keySet());
    List<String> tests = tests(folders.keySet());
    String place = where + (common.isEmpty() ? "" : "/" + common.substring(0, common.length() - 1));
    if (train.isEmpty() || (tests.isEmpty() && folders.size() > 1)) {
      refuseHalf(place, folders, tests);
      refuseTestAsClass(place, tests);
      refuseDeeper(place, all.names());
      return new FolderSplit(all, null, List.of());
    }
    if (train.size() > 1) {
      throw new ConfigException(
          "%s has the folders %s, which are all named like a training set; name one of them as"
                  .formatted(place, String.join(", ", train))
              + " data.path, or keep one");
    }
    refuseDeeper(place, folders.get(train.get(0)));
    return of(all, train.get(0), tests, folders, loose);
  }

  private static FolderSplit of(
      Part all,
      String train,
      List<String> tests,
      Map<String, List<String>> folders,
      List<String> loose) {
    List<String> taken = tests.isEmpty() ? List.of(train) : List.of(train, tests.get(0));
    Map<String, Integer> left = new LinkedHashMap<>();
    folders.forEach(
        (folder, files) -> {
          if (!taken.contains(folder)) {
            left.put("folder " + folder, files.size());
          }
        });
    if (!loose.isEmpty()) {
      left.put("no folder", loose.size());
    }
    List<String> notes =
        left.entrySet().stream()
            .map(
                e ->
                    "%d files in %s, which are not in %s"
                        .formatted(e.getValue(), e.getKey(), String.join(" or ", taken)))
            .toList();
    String above = common(folders.get(train));
    boolean classes = !ClassNames.found(below(above, folders.get(train))).isEmpty();
    int deeper = classes ? depth(above) - 1 : 0;
    if (!tests.isEmpty() && depth(common(folders.get(tests.get(0)))) <= deeper) {
      deeper = 0;
    }
    return new FolderSplit(
        part(all, folders.get(train), deeper),
        tests.isEmpty() ? null : part(all, folders.get(tests.get(0)), deeper),
        notes);
  }

  private static int depth(String folder) {
    return (int) folder.chars().filter(c -> c == '/').count();
  }

  /** Some of the names below the folder that they are in, and so many more that all are in. */
  private static Part part(Part all, List<String> names, int deeper) {
    int end = 0;
    for (int i = 0; i <= deeper; i++) {
      end = names.get(0).indexOf('/', end) + 1;
    }
    String folder = names.get(0).substring(0, end);
    return new Part(all.folder() + folder, below(folder, names));
  }

  /** Folders for tests alone: they are not meant for training. */
  private static void refuseHalf(
      String place, Map<String, List<String>> folders, List<String> tests) {
    if (tests.size() > 1 && tests.size() == folders.size()) {
      throw new ConfigException(
          "%s has the folders %s, but none for training; name one of them as data.path, or call"
                  .formatted(place, String.join(", ", tests))
              + " one train");
    }
  }

  /**
   * A folder for tests without a folder for training next to it: the model would learn from test
   * images.
   */
  private static void refuseTestAsClass(String place, List<String> tests) {
    for (String folder : tests) {
      if (SplitNames.isTestAlone(folder)) {
        throw new ConfigException(
            "%s has the folder %s, but none for training; put what to learn from into a folder train,"
                    .formatted(place, folder)
                + " or rename %s if it is a class".formatted(folder));
      }
    }
  }

  /** A split, or a test, in folders further down: the model would learn from test images. */
  private static void refuseDeeper(String place, List<String> names) {
    Map<String, Set<String>> below = new TreeMap<>();
    for (String name : names) {
      for (int from = name.indexOf('/') + 1, to = name.indexOf('/', from); from > 0 && to > 0; ) {
        below
            .computeIfAbsent(name.substring(0, from - 1), f -> new TreeSet<>())
            .add(name.substring(from, to));
        from = to + 1;
        to = name.indexOf('/', from);
      }
    }
    below.forEach(
        (above, folders) -> {
          List<String> train = training(folders);
          List<String> tests = tests(folders);
          if (!tests.isEmpty()
              && (!train.isEmpty() || tests.stream().anyMatch(SplitNames::isTestAlone))) {
            throw new ConfigException(
                "%s has %s in %s/: the model would learn from test images; %s, or put train and test above all"
                    .formatted(
                        place,
                        Stream.concat(train.stream(), tests.stream())
                            .collect(Collectors.joining(" and ")),
                        above,
                        train.isEmpty()
                            ? "rename " + tests.get(0) + " if it is not for a test"
                            : "name %s/%s as data.path".formatted(place, above)));
          }
        });
  }

  /**
   * That the only folder in a place, or the only one in that, is not one for tests.
   *
   * @throws ConfigException that says how to learn from it
   */
  static void requireMoreThanTest(String where, List<String> names) {
    StringBuilder above = new StringBuilder(where);
    for (String folder : common(names).split("/")) {
      above.append('/').append(folder);
      if (SplitNames.isTestAlone(folder)) {
        throw new ConfigException(
            "%s has only the folder %s, which is named like a test; name %s as data.path to learn from it"
                .formatted(where, folder, above));
      }
    }
  }

  private static List<String> training(Set<String> folders) {
    return folders.stream().filter(f -> SplitNames.isTrain(f, folders)).toList();
  }

  /** The one to take first. */
  private static List<String> tests(Set<String> folders) {
    return folders.stream()
        .filter(f -> SplitNames.test(f, folders).isPresent())
        .sorted(Comparator.comparing(f -> SplitNames.test(f, folders).getAsInt()))
        .toList();
  }

  /** The first folder on the way to a picture; empty if it lies in none. */
  static String first(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  private static List<String> below(String folder, List<String> names) {
    return names.stream().map(n -> n.substring(folder.length())).toList();
  }

  /** The folders that all names begin with; empty, or ends with a slash. */
  static String common(List<String> names) {
    String common = "";
    while (true) {
      String next = first(names.get(0).substring(common.length()));
      String longer = common + next + "/";
      boolean more = !next.isEmpty() && names.stream().allMatch(n -> n.startsWith(longer));
      if (!more) {
        return common;
      }
      common = longer;
    }
  }
}
