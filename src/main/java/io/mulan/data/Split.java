package io.mulan.data;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.SplitBy;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.readers.ImageStore;
import io.mulan.readers.ImageStore.ImageKey;
import java.util.Arrays;

/**
 * A split of images that have no official one, by {@code data.split_seed} and a number of each
 * image's name or bytes: so an image stays where it is when others come.
 */
public record Split(ImageStore train, ImageStore test) {

  /** The test part gets at most this many. */
  private static final int MOST = 10_000;

  private static final int TENTH = 10;

  /**
   * Splits off {@code data.test_images}; about a tenth, but at most 10,000, if that is 0.
   *
   * @throws ConfigException if no image is left for training, or none for the test
   */
  public static Split of(DataConfig config, ImageStore all, ImageShape shape) {
    int count = all.count();
    if (count == 1) {
      throw new ConfigException(
          config.path() + " has one image; training and test need one each at least: add others");
    }
    if (Math.max(1, config.testImages()) >= count) {
      throw new ConfigException(
          "%s has %d images, of which %d are to be split off for the test; set data.test_images to fewer"
              .formatted(config.path(), count, Math.max(1, config.testImages())));
    }
    if (config.splitBy() == SplitBy.PLACE) {
      return byPlace(config, all, shape.size());
    }
    long[] keys = ImageStore.keys(all, shape.size());
    for (int i = 0; i < count; i++) {
      keys[i] = ImageKey.mixed(keys[i], config.splitSeed());
    }
    long[] sorted = keys.clone();
    Arrays.sort(sorted);
    int test = config.testImages() > 0 ? config.testImages() : tenth(sorted);
    long last = sorted[test - 1];
    int ofLast = test - (int) Arrays.stream(keys).filter(k -> k < last).count();
    int[] tests = new int[test];
    int[] others = new int[count - test];
    for (int i = 0, in = 0, out = 0; i < count; i++) {
      if (keys[i] < last || (keys[i] == last && ofLast-- > 0)) {
        tests[in++] = i;
      } else {
        others[out++] = i;
      }
    }
    int size = shape.size();
    return new Split(new ImageSubset(all, others, size), new ImageSubset(all, tests, size));
  }

  /** As earlier versions did. */
  private static Split byPlace(DataConfig config, ImageStore all, int size) {
    int[] order = new int[all.count()];
    Permutation.fill(order, config.splitSeed(), 0);
    int test = config.testImages();
    if (test == 0) {
      test = Math.min(MOST, (order.length + TENTH - 1) / TENTH);
    }
    int[] tests = Arrays.copyOf(order, test);
    int[] others = Arrays.copyOfRange(order, test, order.length);
    Arrays.sort(tests); // in the order of the files, so that neighbours are read at once
    Arrays.sort(others);
    return new Split(new ImageSubset(all, others, size), new ImageSubset(all, tests, size));
  }

  /** How many keys are in the lowest tenth of all that there could be. */
  private static int tenth(long[] sorted) {
    long bound = Long.MIN_VALUE + Long.divideUnsigned(-1, TENTH);
    int below = (int) Arrays.stream(sorted).filter(k -> k < bound).count();
    return Math.max(1, Math.min(Math.min(MOST, sorted.length - 1), below));
  }
}
