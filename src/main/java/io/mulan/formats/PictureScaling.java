package io.mulan.formats;

import io.mulan.config.DataConfig.Fit;
import io.mulan.config.ImageShape;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/**
 * Pictures made another size: halved while they are twice as large or more, so that every pixel
 * counts, then interpolated bilinearly.
 */
final class PictureScaling {
  private PictureScaling() {}

  /**
   * The pixels of the image that a picture becomes.
   *
   * @param fit RESIZE or CROP
   * @param argb of the picture, row by row
   */
  static int[] of(Fit fit, int[] argb, int width, int height, ImageShape shape) {
    double across = (double) shape.width() / width;
    double down = (double) shape.height() / height;
    double cover = Math.max(across, down);
    boolean crop = fit == Fit.CROP;
    int scaledWidth =
        crop ? Math.max(shape.width(), (int) Math.round(width * cover)) : shape.width();
    int scaledHeight =
        crop ? Math.max(shape.height(), (int) Math.round(height * cover)) : shape.height();
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, width, height, argb, 0, width);
    BufferedImage scaled = scaled(picture, scaledWidth, scaledHeight);
    int left = (scaledWidth - shape.width()) / 2;
    int top = (scaledHeight - shape.height()) / 2;
    return scaled.getRGB(left, top, shape.width(), shape.height(), null, 0, shape.width());
  }

  private static BufferedImage scaled(BufferedImage picture, int width, int height) {
    BufferedImage now = picture;
    while (now.getWidth() != width || now.getHeight() != height) {
      int nextWidth = Math.max(width, now.getWidth() / 2);
      int nextHeight = Math.max(height, now.getHeight() / 2);
      now = drawn(now, nextWidth, nextHeight);
    }
    return now;
  }

  private static BufferedImage drawn(BufferedImage picture, int width, int height) {
    BufferedImage target = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = target.createGraphics();
    try {
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(picture, 0, 0, width, height, null);
      return target;
    } finally {
      graphics.dispose();
    }
  }
}
