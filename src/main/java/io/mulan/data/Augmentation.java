package io.mulan.data;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Augment;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;

/**
 * How training images are changed, each by coins of its own: mirrored half of the time, and with
 * the published augmentations (Sahoo et al. 2024, their data sets {@code cifar10_aug} and {@code
 * cifar10_aug_with_channel}) half of the time turned by 90, 180 or 270 degrees, and half of the
 * time with their channels in another order, which may be the one they had.
 *
 * @param flip whether images are mirrored, left to right, without a condition
 * @param augment what else is done, with a condition
 */
record Augmentation(boolean flip, Augment augment) {
  static final Augmentation NONE = new Augmentation(false, Augment.NONE);

  /** Bits of one coin, without the sign. */
  private static final long TURNED = 1L << 62;

  private static final long REORDERED = 1L << 61;

  /**
   * What a configuration says of images of this shape.
   *
   * @throws ConfigException if they cannot be changed so
   */
  static Augmentation of(DataConfig config, ImageShape shape) {
    if (config.augment() != Augment.NONE && shape.height() != shape.width()) {
      throw new ConfigException(
          "data.augment turns images, which are to be square, but these are %s; set it to none, or scale them with data.fit"
              .formatted(shape));
    }
    if (config.augment() == Augment.CHANNELS && shape.channels() == 1) {
      throw new ConfigException(
          "data.augment is channels, but these images have one channel; set it to rotations or none");
    }
    return new Augmentation(config.flip(), config.augment());
  }

  /**
   * Changes an image as the bits say.
   *
   * @param bits random
   * @param offset where the image begins
   * @return whether the model is conditioned on a change
   */
  boolean apply(long bits, ImageShape shape, byte[] images, int offset) {
    boolean mirrored = bits < 0 && (flip || augment != Augment.NONE);
    if (mirrored) {
      mirror(shape, images, offset);
    }
    boolean turned = augment != Augment.NONE && (bits & TURNED) != 0;
    if (turned) {
      // 24 bits scaled to 1, 2, 3
      turn(1 + (int) (((bits & 0xffffff) * 3) >>> 24), shape, images, offset);
    }
    boolean reordered = augment == Augment.CHANNELS && (bits & REORDERED) != 0;
    if (reordered) {
      reorder(bits, shape, images, offset);
    }
    return augment != Augment.NONE && (mirrored || turned || reordered);
  }

  /** Exchanges left and right. */
  private static void mirror(ImageShape shape, byte[] images, int offset) {
    int channels = shape.channels();
    int row = shape.width() * channels;
    for (int y = 0; y < shape.height(); y++) {
      int left = offset + y * row;
      int right = left + row - channels;
      for (; left < right; left += channels, right -= channels) {
        for (int c = 0; c < channels; c++) {
          byte kept = images[left + c];
          images[left + c] = images[right + c];
          images[right + c] = kept;
        }
      }
    }
  }

  /** Turns a square image by this many right angles, counterclockwise. */
  private static void turn(int angles, ImageShape shape, byte[] images, int offset) {
    int last = shape.width() - 1;
    int channels = shape.channels();
    byte[] before = new byte[shape.size()];
    System.arraycopy(images, offset, before, 0, before.length);
    int at = offset;
    for (int y = 0; y <= last; y++) {
      for (int x = 0; x <= last; x++) {
        int from =
            switch (angles) {
              case 1 -> x * (last + 1) + last - y;
              case 2 -> (last - y) * (last + 1) + last - x;
              default -> (last - x) * (last + 1) + y;
            };
        System.arraycopy(before, from * channels, images, at, channels);
        at += channels;
      }
    }
  }

  /** Puts the channels into an order that the bits name. */
  private static void reorder(long bits, ImageShape shape, byte[] images, int offset) {
    int[] order = new int[shape.channels()];
    Permutation.fill(order, bits, 0);
    byte[] before = new byte[order.length];
    for (int at = offset; at < offset + shape.size(); at += order.length) {
      System.arraycopy(images, at, before, 0, order.length);
      for (int c = 0; c < order.length; c++) {
        images[at + c] = before[order[c]];
      }
    }
  }
}
