package io.mulan.data;

import io.mulan.readers.ImageStore.ImageKey;
import java.util.Arrays;

/**
 * Images that are equal in every level: a likelihood of a test image that was learned from is not
 * one of an unseen image.
 *
 * @param inTraining training images that equal one before them
 * @param ofTraining test images that equal a training image
 */
public record ExactCopies(int inTraining, int ofTraining) {

  /** Those of a set, by checksums of 64 bits: 8 bytes of memory for each image. */
  public static ExactCopies of(Dataset set) {
    long[] train = keys(set.train());
    Arrays.sort(train);
    int repeated = 0;
    for (int i = 1; i < train.length; i++) {
      repeated += train[i] == train[i - 1] ? 1 : 0;
    }
    long known =
        Arrays.stream(keys(set.test())).filter(k -> Arrays.binarySearch(train, k) >= 0).count();
    return new ExactCopies(repeated, (int) known);
  }

  private static long[] keys(ImageSet images) {
    long[] keys = new long[images.count()];
    int[] done = {0};
    int size = images.shape().size();
    images.each(
        (some, count) -> {
          for (int i = 0; i < count; i++) {
            keys[done[0]++] = ImageKey.of(some, i * size, size);
          }
        });
    return keys;
  }
}
