package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.ImageShape;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32C;

/**
 * An immutable set of images [count, height, width, channels] of whole numbers 0..levels-1, one
 * unsigned byte each.
 */
public final class ImageSet {
  private final String name;
  private final ImageShape shape;
  private final int levels;
  private final byte[] images;

  /**
   * Copies {@code images}, which lie one after the other, row by row, channels innermost.
   *
   * @throws ConfigException naming the set, if there is no image, a part of one, or a pixel beyond
   *     the levels
   */
  public ImageSet(String name, ImageShape shape, int levels, byte[] images) {
    if (images.length == 0 || images.length % shape.size() != 0) {
      throw new ConfigException(
          "%s has %d bytes, which is no whole number of %s images"
              .formatted(name, images.length, shape));
    }
    this.name = name;
    this.shape = shape;
    this.levels = levels;
    this.images = images.clone();
    for (int i = 0; i < images.length; i++) {
      int value = images[i] & 0xff;
      if (value >= levels) {
        throw new ConfigException(
            "%s: image %d has a pixel of value %d; with %d levels 0 to %d are allowed"
                .formatted(name, i / shape.size(), value, levels, levels - 1));
      }
    }
  }

  /** The name for messages, as in {@code digits train}. */
  public String name() {
    return name;
  }

  /** Height, width and channels of each image. */
  public ImageShape shape() {
    return shape;
  }

  /** How many values a pixel's channel can have: V, the vocabulary size. */
  public int levels() {
    return levels;
  }

  /** How many images there are. */
  public int count() {
    return images.length / shape.size();
  }

  /** The first images; all, if there are no more. */
  public ImageSet first(int limit) {
    return limit >= count()
        ? this
        : new ImageSet(name, shape, levels, Arrays.copyOf(images, limit * shape.size()));
  }

  /** All of them as an array [count,H,W,C]. */
  public NpyArray toArray() {
    return NpyArray.of(images, count(), shape.height(), shape.width(), shape.channels());
  }

  /** A checksum of all pixels. */
  public long checksum() {
    CRC32C crc = new CRC32C();
    crc.update(images);
    return crc.getValue();
  }

  /**
   * Copies of images, one after the other.
   *
   * @param index of the image in each row
   */
  public byte[] copies(int count, IntUnaryOperator index) {
    byte[] copies = new byte[count * shape.size()];
    for (int i = 0; i < count; i++) {
      copy(index.applyAsInt(i), copies, i * shape.size());
    }
    return copies;
  }

  /** Copies image {@code index} to {@code target} from {@code offset} on. */
  public void copy(int index, byte[] target, int offset) {
    System.arraycopy(images, index * shape.size(), target, offset, shape.size());
  }
}
