package io.mulan.readers;

import io.mulan.files.ConfigException;
import io.mulan.numpy.NpyArray;
import java.util.Arrays;

/** NumPy arrays of classes: one whole number for each image, [N] or [N,1]. */
public final class NumpyLabels {
  private NumpyLabels() {}

  /**
   * The classes.
   *
   * @param images how many there are
   * @throws ConfigException with the shape, if it is not one class for each image
   */
  public static long[] of(NpyArray array, int images) {
    int[] shape = array.shape();
    boolean one = shape.length == 1 || (shape.length == 2 && shape[1] == 1);
    if (!one || shape[0] != images) {
      throw new ConfigException(
          "%s has shape %s, but the classes of %d images have shape [%d]; give one for each image%s"
              .formatted(array.name(), Arrays.toString(shape), images, images, advice(array)));
    }
    if (array.type().isFloating()) {
      boolean whole =
          Arrays.stream(array.toDoubles()).allMatch(v -> v == Math.rint(v) && Double.isFinite(v));
      throw new ConfigException(
          "%s holds %s; classes are whole numbers from 0 on: %s"
              .formatted(
                  array.name(),
                  array.type().code(),
                  whole
                      ? "save them as astype(\"int64\") in NumPy"
                      : "these are not whole, leave the array out"));
    }
    return array.toLongs();
  }

  /** What is to be done with an array of several numbers for each image. */
  private static String advice(NpyArray array) {
    int[] shape = array.shape();
    if (shape.length != 2 || shape[1] < 2 || array.count() == 0) {
      return "";
    }
    double[] values = array.toDoubles();
    for (int i = 0; i < shape[0]; i++) {
      double[] row = Arrays.copyOfRange(values, i * shape[1], (i + 1) * shape[1]);
      boolean oneOne =
          Arrays.stream(row).allMatch(v -> v == 0 || v == 1) && Arrays.stream(row).sum() == 1;
      if (!oneOne) {
        return " (images of several classes at once: leave the array out)";
      }
    }
    return " (one-hot: y.argmax(axis=1) in NumPy)";
  }
}
