package io.mulan.data;

import io.mulan.config.ImageShape;
import io.mulan.data.Datasets.DataShape;

/**
 * Two kinds of images: the embedded digits, and the same digits with their 64 pixels in another
 * order, which is the same for all. 3,000 images [8, 8, 1] of 17 levels for training and 594 for
 * test; classes 0 and 1. The best order of noise over the pixels differs between the kinds, so a
 * schedule that adapts to the image has something to adapt to.
 */
final class Kinds {
  static final DataShape SHAPE = Digits.SHAPE;

  /** Of the pixels' other order. */
  private static final long ORDER = 64;

  private Kinds() {}

  static Dataset read() {
    Dataset digits = Digits.read();
    return new Dataset(
        "kinds",
        both("kinds train", digits.train()),
        both("kinds test", digits.test()),
        Digits.LICENCE);
  }

  /** The images as they are, and then in the other order. */
  private static ImageSet both(String name, ImageSet digits) {
    ImageShape shape = digits.shape();
    int size = shape.size();
    int count = digits.count();
    int[] order = new int[size];
    Permutation.fill(order, ORDER, 0);
    byte[] images = new byte[2 * count * size];
    int[] kinds = new int[2 * count];
    for (int i = 0; i < count; i++) {
      int there = (count + i) * size;
      digits.copy(i, images, i * size);
      for (int pixel = 0; pixel < size; pixel++) {
        images[there + pixel] = images[i * size + order[pixel]];
      }
      kinds[count + i] = 1;
    }
    return new ImageSet(name, shape, digits.levels(), images, kinds);
  }
}
