package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.files.ConfigException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Classes by the first folder on the way to a picture, numbered by the folders for training: whole
 * numbers in their order, other names as texts; as a run has it, once it is trained.
 *
 * @param names by number; empty if there are no classes
 */
record ClassNames(List<String> names) {

  /**
   * Those of names of pictures.
   *
   * @throws ConfigException if the configuration has other names
   */
  static ClassNames of(DataConfig config, String[] pictures) {
    List<String> found = found(Arrays.asList(pictures));
    List<String> known = config.classNames();
    if (known.isEmpty() || found.isEmpty()) {
      return new ClassNames(found);
    }
    ClassNames classes = new ClassNames(List.copyOf(known));
    for (String name : found) {
      if (!known.contains(name)) {
        throw new ConfigException(
            "%s has a folder %s for training, which is not in data.class_names, %s; remove it, or"
                    .formatted(config.path(), name, known)
                + " start another run");
      }
    }
    return classes;
  }

  /**
   * The folders that are classes, by number; none if a picture lies in no folder, or all in one.
   */
  static List<String> found(List<String> pictures) {
    List<String> there = pictures.stream().map(FolderSplit::first).distinct().toList();
    if (there.contains("") || there.size() < 2) {
      return List.of();
    }
    boolean numbers = there.stream().allMatch(name -> name.matches("\\d+"));
    Comparator<String> order = Comparator.naturalOrder();
    return there.stream()
        .sorted(
            numbers
                ? Comparator.<String, BigInteger>comparing(BigInteger::new).thenComparing(order)
                : order)
        .toList();
  }

  /** Why folders among these pictures are not classes, if pictures lie next to them. */
  static List<String> notes(List<String> pictures) {
    List<String> loose =
        pictures.stream().filter(name -> FolderSplit.first(name).isEmpty()).toList();
    return loose.isEmpty() || loose.size() == pictures.size()
        ? List.of()
        : List.of(
            "folders as classes: %d of %d pictures are in none, as %s"
                .formatted(loose.size(), pictures.size(), loose.get(0)));
  }

  /**
   * That each of these pictures is of a class.
   *
   * @throws ConfigException naming a class that no training picture has
   */
  void requireKnown(String folder, String[] pictures) {
    if (names.isEmpty()) {
      return;
    }
    Set<String> known = new HashSet<>(names);
    for (String picture : pictures) {
      String name = FolderSplit.first(picture);
      if (!known.contains(name)) {
        throw new ConfigException(
            name.isEmpty()
                ? "%s is in no folder of a class; training pictures are in %s: move it"
                    .formatted(folder + "/" + picture, names)
                : "%s is a class that no training picture has; training pictures are in %s: remove or rename it"
                    .formatted(folder + "/" + name, names));
      }
    }
  }

  /** The number of each picture's class; -1 for one of none. */
  int[] labels(List<String> pictures) {
    Map<String, Integer> numbers = new HashMap<>();
    names.forEach(name -> numbers.put(name, numbers.size()));
    return pictures.stream()
        .mapToInt(picture -> numbers.getOrDefault(FolderSplit.first(picture), -1))
        .toArray();
  }
}
