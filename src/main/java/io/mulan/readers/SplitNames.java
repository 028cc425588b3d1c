package io.mulan.readers;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What folders, files and arrays are called that hold training images, or those of a test. */
final class SplitNames {
  private static final List<String> TRAIN = List.of("train", "training");

  /** The first of several is taken. */
  static final List<String> TEST =
      List.of(
          "test", "testing", "val", "valid", "validation", "validate", "eval", "evaluation", "dev");

  private SplitNames() {}

  /** Whether one of the words says that it is for training. */
  static boolean isTrain(List<String> words) {
    return words.stream().anyMatch(TRAIN::contains);
  }

  /** The place in {@link #TEST} of the first of the words that is there. */
  static OptionalInt test(List<String> words) {
    return IntStream.range(0, TEST.size()).filter(i -> words.contains(TEST.get(i))).findFirst();
  }

  /** Whether it is for either. */
  static boolean isEither(List<String> words) {
    return isTrain(words) || test(words).isPresent();
  }

  /**
   * Whether a folder is for training: by its first word, or by another where one among the others
   * differs from it just in being for a test, as {@code x_train} and {@code x_val}.
   */
  static boolean isTrain(String folder, Collection<String> others) {
    return isTrain(firstWord(folder))
        || (isTrain(words(folder)) && others.stream().anyMatch(o -> arePair(folder, o)));
  }

  /** The place in {@link #TEST} of what a folder is for, if it is for a test, likewise. */
  static OptionalInt test(String folder, Collection<String> others) {
    boolean paired = others.stream().anyMatch(o -> arePair(o, folder));
    return test(paired ? words(folder) : firstWord(folder));
  }

  private static boolean arePair(String train, String test) {
    return isTrain(words(train)) && test(words(test)).isPresent() && rest(train).equals(rest(test));
  }

  private static List<String> rest(String name) {
    return words(name).stream().filter(word -> !isEither(List.of(word))).toList();
  }

  /** Whether a name says only that it is for a test, as {@code val2017}, not {@code test_tube}. */
  static boolean isTestAlone(String name) {
    List<String> words = words(name);
    return words.size() == 1 && test(words).isPresent();
  }

  /** The words of a name, as of {@code train_32x32.npz}: train, x, npz; and of {@code trainA}. */
  static List<String> words(String name) {
    return Arrays.stream(name.split("[^A-Za-z]+|(?<=[a-z])(?=[A-Z])"))
        .map(word -> word.toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** The first word of a name. */
  static List<String> firstWord(String name) {
    return words(name).stream().limit(1).toList();
  }
}
