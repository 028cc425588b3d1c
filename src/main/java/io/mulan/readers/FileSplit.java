package io.mulan.readers;

import io.mulan.files.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which of several files that hold many images each are for training and which for the test, as
 * folders on the way to them, or else words of their names, say.
 *
 * @param test empty if none says that it is
 * @param notes what of them is passed over, each a line
 */
record FileSplit(List<String> train, List<String> test, List<String> notes) {

  /**
   * The split of files.
   *
   * @param where they lie, for messages
   * @param names with slashes; not empty
   * @throws ConfigException if names leave open which are for training
   */
  static FileSplit of(String where, List<String> names) {
    FolderSplit.requireMoreThanTest(where, names);
    List<String> train = new ArrayList<>();
    Map<Integer, List<String>> tests = new TreeMap<>();
    List<String> others = new ArrayList<>();
    int common = FolderSplit.common(names).length();
    for (String name : names) {
      List<String> words = words(name.substring(common));
      if (SplitNames.isTrain(words)) {
        train.add(name);
      } else if (SplitNames.test(words).isPresent()) {
        tests.computeIfAbsent(SplitNames.test(words).getAsInt(), r -> new ArrayList<>()).add(name);
      } else {
        others.add(name);
      }
    }
    if (train.isEmpty()) {
      if (tests.size() > 1 || (tests.size() == 1 && !others.isEmpty())) {
        throw new ConfigException(
            "%s has %s, named like a test, but no file named like a training set;"
                    .formatted(where, tests.values().iterator().next().get(0))
                + " name all files so, or name one of them as data.path");
      }
      return new FileSplit(names, List.of(), List.of());
    }
    if (!others.isEmpty()) {
      throw new ConfigException(
          "%s in %s is in neither split, but %s is for training; name all files so, or none"
              .formatted(others.get(0), where, train.get(0)));
    }
    List<String> notes = new ArrayList<>();
    List<String> test = List.of();
    for (List<String> some : tests.values()) {
      if (test.isEmpty()) {
        test = some;
      } else {
        notes.add(
            "%d files as %s: the test is %s".formatted(some.size(), some.get(0), test.get(0)));
      }
    }
    return new FileSplit(train, test, notes);
  }

  /** The words of the innermost folder that names a split, or else of the file. */
  private static List<String> words(String name) {
    String[] parts = name.split("/");
    for (int i = parts.length - 2; i >= 0; i--) {
      List<String> words = SplitNames.words(parts[i]);
      if (SplitNames.isEither(words)) {
        return words;
      }
    }
    return SplitNames.words(parts[parts.length - 1]);
  }
}
