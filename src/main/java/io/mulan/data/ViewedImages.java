package io.mulan.data;

import io.mulan.config.DataConfig.View;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.readers.ImageStore;
import java.util.Arrays;
import java.util.Optional;

/**
 * Images changed as in the studies of the published work (Sahoo et al. 2024), to see what the
 * schedule learns of them.
 *
 * @param view not WHOLE
 * @param shape of the images in the store
 * @param grey the level that stands for grey in the intensity split
 * @param lower whether an image has its lower half made grey there, not the upper; else null
 */
record ViewedImages(ImageStore store, View view, ImageShape shape, int grey, boolean[] lower)
    implements ImageStore {

  /** The shape of what is seen of images of a shape. */
  static ImageShape shape(View view, ImageShape shape) {
    return view == View.FREQUENCY_BOTH
        ? new ImageShape(2 * shape.height(), shape.width(), shape.channels())
        : shape;
  }

  /**
   * The view of a store.
   *
   * @param classes how many there are; the first half of them has its upper half made grey
   * @throws ConfigException if classes are needed and there are none
   */
  static ImageStore of(ImageStore store, View view, ImageShape shape, int levels, int classes) {
    if (view == View.WHOLE) {
      return store;
    }
    boolean[] lower = null;
    if (view == View.INTENSITY) {
      int[] labels = store.labels().orElseThrow(ViewedImages::noClasses);
      lower = new boolean[labels.length];
      for (int i = 0; i < labels.length; i++) {
        lower[i] = 2 * labels[i] >= classes;
      }
    }
    return new ViewedImages(store, view, shape, (levels - 1) / 2, lower);
  }

  /** How many classes a store has; 0 if the view does not ask. */
  static int classes(ImageStore store, View view) {
    return view == View.INTENSITY
        ? Arrays.stream(store.labels().orElseThrow(ViewedImages::noClasses)).max().orElse(0) + 1
        : 0;
  }

  private static ConfigException noClasses() {
    return new ConfigException(
        "data.view is intensity, which goes by classes, but these images have none; choose another");
  }

  @Override
  public int count() {
    return store.count();
  }

  @Override
  public Optional<int[]> labels() {
    return store.labels();
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    int size = shape.size();
    if (view == View.INTENSITY) {
      store.read(first, count, target, offset);
      int half = shape.height() / 2 * shape.width() * shape.channels();
      for (int i = 0; i < count; i++) {
        int from = offset + i * size + (lower[first + i] ? half : 0);
        int to = offset + i * size + (lower[first + i] ? size : half);
        Arrays.fill(target, from, to, (byte) grey);
      }
      return;
    }
    byte[] whole = new byte[size];
    LowPass blur = new LowPass(shape);
    int seen = shape(view, shape).size();
    for (int i = 0; i < count; i++) {
      store.read(first + i, 1, whole, 0);
      split(whole, blur.of(whole), target, offset + i * seen);
    }
  }

  private void split(byte[] whole, byte[] low, byte[] target, int at) {
    byte[] high = new byte[whole.length];
    for (int i = 0; i < high.length; i++) {
      high[i] = (byte) Math.max(0, (whole[i] & 0xff) - (low[i] & 0xff));
    }
    int half = shape.height() / 2 * shape.width() * shape.channels();
    switch (view) {
      case FREQUENCY_LOW -> System.arraycopy(low, 0, target, at, low.length);
      case FREQUENCY_HIGH -> System.arraycopy(high, 0, target, at, high.length);
      case FREQUENCY_HALVES -> {
        System.arraycopy(low, 0, target, at, half);
        System.arraycopy(high, half, target, at + half, high.length - half);
      }
      case FREQUENCY_BOTH -> {
        System.arraycopy(low, 0, target, at, low.length);
        System.arraycopy(high, 0, target, at + low.length, high.length);
      }
      default -> throw new IllegalStateException(view.toString());
    }
  }
}
