package io.mulan.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.imageio.ImageIO;

/**
 * A picture in a page.
 *
 * @param source a data URI that holds it
 * @param description for those who can't see it
 * @param caption below it
 * @param width as it is shown where there is room, points
 * @param height likewise
 */
public record Figure(String source, String description, String caption, int width, int height) {

  /** A page is to be small: plots of more than this, bytes, are pixels. */
  private static final int LARGEST_SVG = 250_000;

  /** Of a plot: as SVG, or as PNG of two pixels a point where there is much in it. */
  public static Figure of(Plot plot, String caption) {
    byte[] svg = Svg.of(plot).getBytes(StandardCharsets.UTF_8);
    String source =
        svg.length <= LARGEST_SVG ? uri("svg+xml", svg) : uri("png", png(plot.picture(2)));
    return new Figure(source, plot.title(), caption, plot.width(), plot.height());
  }

  /** Of pixels. */
  public static Figure of(BufferedImage picture, String description, String caption) {
    return new Figure(
        uri("png", png(picture)), description, caption, picture.getWidth(), picture.getHeight());
  }

  private static byte[] png(BufferedImage picture) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String uri(String type, byte[] content) {
    return "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(content);
  }
}
