package io.mulan.data;

/**
 * Images to learn from and images to test on, which have the same shape and levels.
 *
 * @param officialSplit whether the set itself says which are which
 * @param skipped how many were left out because they can't be read
 * @param licence one line that names the source and its terms
 */
public record Dataset(
    String name,
    ImageSet train,
    ImageSet test,
    boolean officialSplit,
    int skipped,
    String licence) {

  /** A set of which all can be read. */
  Dataset(String name, ImageSet train, ImageSet test, String licence) {
    this(name, train, test, true, 0, licence);
  }
}
