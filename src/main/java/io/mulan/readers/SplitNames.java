package io.mulan.readers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What folders, files and arrays are called that hold training images, or those of a test. */
final class SplitNames {
  private static final List<String> TRAIN = List.of("train", "training");

  /** Of several the first is taken. */
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

  /** Whether a name says only that it is for a test, as {@code val2017}, not {@code test_tube}. */
  static boolean isTestAlone(String name) {
    List<String> words = words(name);
    return words.size() == 1 && test(words).isPresent();
  }

  /** The words of a name, as of {@code train_32x32.npz}: train, x, npz. */
  static List<String> words(String name) {
    return Arrays.stream(name.toLowerCase(Locale.ROOT).split("[^a-z]+"))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** The first word of a name. */
  static List<String> firstWord(String name) {
    return words(name).stream().limit(1).toList();
  }
}
