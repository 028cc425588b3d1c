package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;

/** Shapes that files tell. */
final class ImageShapes {
  /** Beyond which a file is more likely damaged than meant: 4096×4096×4. */
  private static final long MOST = 1L << 26;

  private ImageShapes() {}

  /**
   * A shape that can be.
   *
   * @throws ConfigException naming the file
   */
  static ImageShape checked(String file, long height, long width, long channels) {
    if (height < 1 || width < 1 || channels < 1) {
      throw new ConfigException(
          "%s has images of %d×%d×%d; each is to be 1 or more"
              .formatted(file, height, width, channels));
    }
    if (height > MOST || width > MOST || channels > MOST || height * width > MOST / channels) {
      throw new ConfigException(
          "%s has images of %d×%d×%d, more than the %d MiB that one may have"
              .formatted(file, height, width, channels, MOST >> 20));
    }
    return new ImageShape((int) height, (int) width, (int) channels);
  }

  /** What the configuration says, and where it is silent, what a picture has. */
  static ImageShape configured(DataConfig config, ImageShape found) {
    int channels = config.grey() ? 1 : config.channels();
    return new ImageShape(
        config.height() > 0 ? config.height() : found.height(),
        config.width() > 0 ? config.width() : found.width(),
        channels > 0 ? channels : found.channels());
  }
}
