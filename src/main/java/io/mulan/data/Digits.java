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
}
