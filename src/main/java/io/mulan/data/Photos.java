package io.mulan.data;

import io.mulan.config.ImageShape;
import io.mulan.data.Datasets.DataShape;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Patches [32, 32, 3] of 256 levels of the two embedded photographs, split by region: training
 * patches lie, 8 pixels apart and overlapping, wholly left of column 448; test patches lie right of
 * it, side by side. No pixel is in both.
 */
final class Photos {
  static final DataShape SHAPE = new DataShape(new ImageShape(32, 32, 3), 256);

  private static final int FIRST_TEST_COLUMN = 448;
  private static final int TRAIN_STRIDE = 8;

  private static final List<String> FILES = List.of("china.jpg", "flower.jpg");
  static final String LICENCE =
      "china.jpg by danielbuechele and flower.jpg by vultilion, Flickr, CC BY 2.0";

  private Photos() {}

  static Dataset read() {
    List<BufferedImage> photos = FILES.stream().map(Photos::photo).toList();
    int width = photos.get(0).getWidth();
    return new Dataset(
        "photos",
        patches("photos train", photos, 0, FIRST_TEST_COLUMN, TRAIN_STRIDE),
        patches("photos test", photos, FIRST_TEST_COLUMN, width, SHAPE.image().width()),
        LICENCE);
  }

  static BufferedImage photo(String file) {
    String resource = "/data/photos/" + file;
    // The memory cache keeps ImageIO from writing a temporary file.
    try (InputStream in = Photos.class.getResourceAsStream(resource)) {
      return ImageIO.read(new MemoryCacheImageInputStream(in));
    } catch (IOException e) {
      throw new ConfigException("cannot read " + resource + ": " + IoReason.of(e));
    }
  }

  /** All patches on a grid of this stride within the columns from {@code left} to {@code right}. */
  private static ImageSet patches(
      String name, List<BufferedImage> photos, int left, int right, int stride) {
    int size = SHAPE.image().width();
    int columns = (right - left - size) / stride + 1;
    int rows = (photos.get(0).getHeight() - size) / stride + 1;
    byte[] patches = new byte[photos.size() * rows * columns * SHAPE.image().size()];
    int at = 0;
    for (BufferedImage photo : photos) {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          at = copy(photo, left + column * stride, row * stride, patches, at);
        }
      }
    }
    return new ImageSet(name, SHAPE.image(), SHAPE.levels(), patches);
  }

  /** Appends one patch at {@code at} and returns where the next one begins. */
  private static int copy(BufferedImage photo, int x, int y, byte[] patches, int at) {
    int[] pixels =
        photo.getRGB(
            x, y, SHAPE.image().width(), SHAPE.image().height(), null, 0, SHAPE.image().width());
    for (int pixel : pixels) {
      patches[at++] = (byte) (pixel >> 16);
      patches[at++] = (byte) (pixel >> 8);
      patches[at++] = (byte) pixel;
    }
    return at;
  }
}
