package io.mulan.config;

import io.mulan.files.ConfigException;

/** Height, width and channels of an image. */
public record ImageShape(int height, int width, int channels) {
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  /** Whether it is in grey or in colours. */
  public boolean isPicture() {
    return channels == 1 || channels == 3;
  }

  /**
   * The number n of dimensions of an image.
   *
   * @throws ConfigException if an array cannot have as many
   */
  public int size() {
    return bytes(1);
  }

  /**
   * How many bytes so many images have, one for each dimension.
   *
   * @throws ConfigException if an array cannot have as many
   */
  public int bytes(int count) {
    // Each has 31 bits, so the product of two has 62.
    long pixels = (long) height * width;
    if (pixels > MOST_BYTES || pixels * channels > MOST_BYTES / Math.max(1, count)) {
      throw new ConfigException(
          "%s of %s: more than the 2 GiB that can be in one piece; make %s smaller"
              .formatted(
                  count == 1 ? "an image" : count + " images",
                  this,
                  count == 1 ? "data.height, data.width or data.channels" : "the batch"));
    }
    return (int) (pixels * channels * count);
  }

  /** The shape [count,H,W,C] of a batch of images; a count of -1 is any number. */
  public long[] batch(long count) {
    return new long[] {count, height, width, channels};
  }

  @Override
  public String toString() {
    return height + "×" + width + "×" + channels;
  }
}
