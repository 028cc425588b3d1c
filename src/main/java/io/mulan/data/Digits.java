package io.mulan.data;

import io.mulan.config.ImageShape;
import io.mulan.data.Datasets.DataShape;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The embedded handwritten digits: 1,797 images [8, 8, 1] of 17 levels, always split in the same
 * 1,500 for training and 297 for test.
 */
final class Digits {
  static final DataShape SHAPE = new DataShape(new ImageShape(8, 8, 1), 17);

  private static final String RESOURCE = "/data/digits.npz";
  private static final long SPLIT = 1797;
  private static final int TRAIN = 1500;

  /** Of the pixels of the second kind. */
  private static final long KINDS_ORDER = 64;

  static final String LICENCE =
      "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak,"
          + " UCI Machine Learning Repository, CC BY 4.0";

  private Digits() {}

  static Dataset read() {
    byte[] images = array("images").toBytes();
    int[] classes = array("labels").toInts();
    int[] order = new int[images.length / SHAPE.image().size()];
    Permutation.fill(order, SPLIT, 0);
    int[] train = Arrays.copyOf(order, TRAIN);
    int[] test = Arrays.copyOfRange(order, TRAIN, order.length);
    return new Dataset(
        "digits",
        chosen("digits train", images, classes, train),
        chosen("digits test", images, classes, test),
        LICENCE);
  }

  private static NpyArray array(String name) {
    InputStream in = Digits.class.getResourceAsStream(RESOURCE);
    return Npz.read(in, RESOURCE, name);
  }

  private static ImageSet chosen(String name, byte[] images, int[] classes, int[] indices) {
    int size = SHAPE.image().size();
    byte[] chosen = new byte[indices.length * size];
    int[] labels = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(images, indices[i] * size, chosen, i * size, size);
      labels[i] = classes[indices[i]];
    }
    return new ImageSet(name, SHAPE.image(), SHAPE.levels(), chosen, labels);
  }

  /**
   * Two kinds of images: the digits, and the same digits with their 64 pixels in another order,
   * which is the same for all. 3,000 images for training and 594 for test; classes 0 and 1. The
   * best order of noise over the pixels differs between the kinds, so a schedule that adapts to the
   * image has something to adapt to.
   */
  static Dataset kinds() {
    Dataset digits = read();
    return new Dataset(
        "kinds", both("kinds train", digits.train()), both("kinds test", digits.test()), LICENCE);
  }

  /** The images as they are, and then in the other order. */
  private static ImageSet both(String name, ImageSet digits) {
    int size = SHAPE.image().size();
    int count = digits.count();
    int[] order = new int[size];
    Permutation.fill(order, KINDS_ORDER, 0);
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
    return new ImageSet(name, SHAPE.image(), digits.levels(), images, kinds);
  }
}
