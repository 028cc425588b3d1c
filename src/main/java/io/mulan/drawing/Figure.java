package io.mulan.drawing;

import io.mulan.drawing.Svg.DataUri;
import java.awt.image.BufferedImage;

/**
 * A picture in a page.
 *
 * @param source a data URI that holds it
 * @param description for readers who cannot see it
 * @param caption below it
 * @param width as it is shown where there is room, points
 * @param height likewise
 */
public record Figure(String source, String description, String caption, int width, int height) {

  /** A page is to be small: plots of more letters than this are pixels. */
  private static final int LARGEST_SVG = 250_000;

  /** Of a plot: as SVG, or as PNG of two pixels a point where there is much in it. */
  public static Figure of(Plot plot, String caption) {
    String svg = Svg.of(plot);
    String source = svg.length() <= LARGEST_SVG ? DataUri.svg(svg) : DataUri.png(plot.picture(2));
    return new Figure(source, plot.title(), caption, plot.width(), plot.height());
  }

  /** Of pixels. */
  public static Figure of(BufferedImage picture, String description, String caption) {
    return new Figure(
        DataUri.png(picture), description, caption, picture.getWidth(), picture.getHeight());
  }
}
