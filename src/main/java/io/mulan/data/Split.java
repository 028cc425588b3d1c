package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import java.util.Arrays;

/** A split of images that have no official one, by {@code data.split_seed}. */
record Split(ImageStore train, ImageStore test) {
  private static final int MOST = 10_000;

  /**
   * Splits off {@code data.test_images}; a tenth, but at most 10,000, if that is 0.
   *
   * @throws ConfigException if no image is left for training, or none for the test
   */
  static Split of(DataConfig config, ImageStore all, ImageShape shape) {
    int count = all.count();
    int test = config.testImages() > 0 ? config.testImages() : Math.min(MOST, (count + 9) / 10);
    if (test >= count) {
      throw new ConfigException(
          "%s has %d images, of which %d are to be split off for the test; set data.test_images to fewer"
              .formatted(config.path(), count, test));
    }
    int[] order = new int[count];
    Permutation.fill(order, config.splitSeed(), 0);
    return new Split(
        chosen(all, Arrays.copyOfRange(order, test, count), shape),
        chosen(all, Arrays.copyOf(order, test), shape));
  }

  /** In the order of the files, so that neighbours are read at once. */
  private static ImageStore chosen(ImageStore all, int[] numbers, ImageShape shape) {
    Arrays.sort(numbers);
    return new ChosenImages(all, numbers, shape.size());
  }
}
