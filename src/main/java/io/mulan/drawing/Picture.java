package io.mulan.drawing;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.formats.GreyScale;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;

/** Images of a set as pictures of 8 bits a sample, exactly as {@link GreyScale} has them. */
public final class Picture {
  private Picture() {}

  /** The type of the pictures of such images. */
  static int type(ImageShape shape) {
    return switch (shape.channels()) {
      case 1 -> BufferedImage.TYPE_BYTE_GRAY;
      case 3 -> BufferedImage.TYPE_INT_RGB;
      default ->
          throw new ConfigException(
              "images of "
                  + shape.channels()
                  + " channels cannot be shown; pictures have 1 or 3: read them from the npz file");
    };
  }

  /** Image {@code index}, each of its pixels a square of this many. */
  public static BufferedImage of(ImageSet images, int index, int magnified) {
    ImageShape shape = images.shape();
    BufferedImage picture =
        new BufferedImage(shape.width() * magnified, shape.height() * magnified, type(shape));
    draw(images, index, magnified, picture, 0, 0);
    return picture;
  }

  /** Draws image {@code index} into a picture of the right type, at x and y. */
  static void draw(ImageSet images, int index, int magnified, BufferedImage picture, int x, int y) {
    ImageShape shape = images.shape();
    GreyScale scale = new GreyScale(images.levels());
    byte[] levels = new byte[shape.size()];
    images.copy(index, levels, 0);
    // Samples as they are: setRGB would convert grey.
    WritableRaster raster = picture.getRaster();
    int channels = shape.channels();
    int[] pixel = new int[channels];
    for (int row = 0; row < shape.height() * magnified; row++) {
      for (int column = 0; column < shape.width() * magnified; column++) {
        int at = (row / magnified * shape.width() + column / magnified) * channels;
        for (int k = 0; k < channels; k++) {
          pixel[k] = scale.grey(levels[at + k] & 0xff);
        }
        raster.setPixel(x + column, y + row, pixel);
      }
    }
  }
}
