package io.mulan.data;

import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.readers.ImageStore;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Finds out which images can be read, by reading all. */
final class ReadableImages {
  private ReadableImages() {}

  /** The ones that can be read; the others are counted. */
  static ImageStore of(ImageStore images, int imageBytes, BadInput bad) {
    int count = images.count();
    int most = Math.max(1, ImageStore.BYTES_AT_ONCE / imageBytes);
    int[] good =
        IntStream.range(0, (count + most - 1) / most)
            .parallel()
            .mapToObj(
                part -> {
                  int first = part * most;
                  return readable(images, first, Math.min(most, count - first), imageBytes, bad);
                })
            .flatMapToInt(Arrays::stream)
            .toArray();
    return good.length == count ? images : new ImageSubset(images, good, imageBytes);
  }

  private static int[] readable(
      ImageStore images, int first, int count, int imageBytes, BadInput bad) {
    byte[] target = new byte[count * imageBytes];
    try {
      images.read(first, count, target, 0);
      return IntStream.range(first, first + count).toArray();
    } catch (ConfigException one) {
      return IntStream.range(first, first + count)
          .filter(
              i -> {
                try {
                  images.read(i, 1, target, 0);
                  return true;
                } catch (ConfigException e) {
                  bad.found(e);
                  return false;
                }
              })
          .toArray();
    }
  }
}
