package io.mulan.data;

import io.mulan.config.ImageShape;
import io.mulan.readers.ImageStore;
import java.util.Arrays;
import java.util.Optional;

/**
 * Images with pixels of level 0 around them, as MNIST and its like are made 32×32.
 *
 * @param pad how many on each side
 * @param shape of the images in the store
 */
record PaddedImages(ImageStore store, int pad, ImageShape shape) implements ImageStore {

  /** The shape of what is made of images of a shape. */
  static ImageShape shape(int pad, ImageShape shape) {
    return new ImageShape(shape.height() + 2 * pad, shape.width() + 2 * pad, shape.channels());
  }

  /** The store itself, if nothing is put around its images. */
  static ImageStore of(ImageStore store, int pad, ImageShape shape) {
    return pad == 0 ? store : new PaddedImages(store, pad, shape);
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
    ImageShape padded = shape(pad, shape);
    int row = shape.width() * shape.channels();
    int paddedRow = padded.width() * padded.channels();
    byte[] inner = new byte[shape.bytes(count)];
    store.read(first, count, inner, 0);
    Arrays.fill(target, offset, offset + count * padded.size(), (byte) 0);
    for (int i = 0; i < count; i++) {
      int to = offset + i * padded.size() + pad * (paddedRow + padded.channels());
      for (int y = 0; y < shape.height(); y++) {
        System.arraycopy(inner, i * shape.size() + y * row, target, to + y * paddedRow, row);
      }
    }
  }
}
