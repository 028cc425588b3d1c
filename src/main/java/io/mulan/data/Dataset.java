package io.mulan.data;

import java.util.List;

/**
 * Images to learn from and images to test on, which have the same shape and levels.
 *
 * @param officialSplit whether the set itself says which are which
 * @param skipped how many were left out because they cannot be read
 * @param classNames of the classes by number; empty if they have none
 * @param notes what was passed over and why, each a line
 * @param licence one line that names the source and its terms
 */
public record Dataset(
    String name,
    ImageSet train,
    ImageSet test,
    boolean officialSplit,
    int skipped,
    List<String> classNames,
    List<String> notes,
    String licence) {

  /** A set whose images can all be read. */
  Dataset(String name, ImageSet train, ImageSet test, String licence) {
    this(name, train, test, true, 0, List.of(), List.of(), licence);
  }
}
