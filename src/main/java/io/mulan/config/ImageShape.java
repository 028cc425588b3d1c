package io.mulan.config;

/** Height, width and channels of an image. */
public record ImageShape(int height, int width, int channels) {

  /** The number n of dimensions of an image. */
  public int size() {
    return height * width * channels;
  }

  @Override
  public String toString() {
    return height + "×" + width + "×" + channels;
  }
}
