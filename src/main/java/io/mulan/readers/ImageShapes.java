package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Layout;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import java.util.Arrays;

/** Shapes that files give. */
final class ImageShapes {
  /** A larger file is more likely damaged than intended: 4096×4096×4. */
  private static final long MOST = 1L << 26;

  /** More are read if {@code data.channels} says so. */
  private static final int MOST_CHANNELS = 4;

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

  /**
   * How the levels of an array lie.
   *
   * @param sizes of the array: three, or four with channels
   * @throws ConfigException if they look like those of another order, which would be read as images
   *     of few rows and many channels, with the change to make
   */
  static RecordFile.Layout layout(String name, int[] sizes, DataConfig config) {
    boolean planar = sizes.length == 4 && config.layout() == Layout.CHANNELS_FIRST;
    ImageShape image =
        planar
            ? checked(name, sizes[2], sizes[3], sizes[1])
            : checked(name, sizes[1], sizes[2], sizes.length == 4 ? sizes[3] : 1);
    requireLikelyChannels(name, sizes, image, config);
    return new RecordFile.Layout(image, planar, 0, -1, 0);
  }

  private static void requireLikelyChannels(
      String name, int[] sizes, ImageShape image, DataConfig config) {
    if (image.channels() == config.channels()
        || (image.channels() <= MOST_CHANNELS
            && (sizes.length == 3
                || config.layout() == Layout.CHANNELS_FIRST
                || !looksPlanar(sizes[1], sizes[2], sizes[3])))) {
      return;
    }
    String found =
        "%s has shape %s, which is read as images of %s"
            .formatted(name, Arrays.toString(sizes), image);
    if (config.layout() == Layout.CHANNELS_FIRST) {
      throw new ConfigException(
          found
              + "; if it is [N, height, width, channels], leave data.layout out, or set data.channels=%d"
                  .formatted(image.channels()));
    }
    if (sizes[1] <= MOST_CHANNELS) {
      throw new ConfigException(
          found
              + "; if it is [N, channels, height, width], set data.layout=channels_first, or save"
              + " x.transpose(0, 2, 3, 1); if not, set data.channels=%d"
                  .formatted(image.channels()));
    }
    if (sizes[2] <= MOST_CHANNELS) {
      throw new ConfigException(
          found + "; if it is [height, width, channels, N], save x.transpose(3, 0, 1, 2)");
    }
    throw new ConfigException(
        found + "; set data.channels=%d if they have so many channels".formatted(image.channels()));
  }

  /** Whether one or three rows are as likely channels: of a square, or next to 2 or 4 channels. */
  static boolean looksPlanar(long rows, long columns, long channels) {
    return (rows == 1 || rows == 3)
        && rows != channels
        && (columns == channels || channels == 2 || channels == 4);
  }
}
