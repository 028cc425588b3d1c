package io.mulan.report;

import io.mulan.data.ImageSet;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;

/** Images at points of a plane, framed in the colour of their groups. */
public final class ImageScatter implements Plot {
  private static final int SIZE = 640;
  private static final int MARGIN = 30;

  /** Points along the longer side of an image. */
  private static final int IMAGE = 22;

  private final String title;
  private final String xTitle;
  private final String yTitle;
  private final ImageSet images;
  private final double[][] points;
  private final int[] groups;

  /**
   * @param points where the images are [count][2]
   * @param groups which each belongs to, from 0
   */
  public ImageScatter(
      String title,
      String xTitle,
      String yTitle,
      ImageSet images,
      double[][] points,
      int[] groups) {
    this.title = title;
    this.xTitle = xTitle;
    this.yTitle = yTitle;
    this.images = images;
    this.points = points;
    this.groups = groups;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public int width() {
    return SIZE;
  }

  @Override
  public int height() {
    return SIZE;
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setColor(Color.BLACK);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
    graphics.drawString(title, MARGIN, 20);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    graphics.drawString(xTitle, SIZE / 2, SIZE - 8);
    graphics.rotate(-Math.PI / 2);
    graphics.drawString(yTitle, -SIZE / 2, 14);
    graphics.rotate(Math.PI / 2);
    int longer = Math.max(images.shape().height(), images.shape().width());
    double cell = (double) IMAGE / longer;
    for (int i = 0; i < points.length; i++) {
      double left = place(i, 0) - images.shape().width() * cell / 2;
      double top = SIZE - place(i, 1) - images.shape().height() * cell / 2;
      paint(graphics, i, left, top, cell);
    }
  }

  private void paint(Graphics2D graphics, int image, double left, double top, double cell) {
    int[] rgb =
        Picture.of(images, image, 1)
            .getRGB(
                0,
                0,
                images.shape().width(),
                images.shape().height(),
                null,
                0,
                images.shape().width());
    for (int k = 0; k < rgb.length; k++) {
      graphics.setColor(new Color(rgb[k]));
      int row = k / images.shape().width();
      int column = k % images.shape().width();
      graphics.fill(
          new Rectangle2D.Double(left + column * cell, top + row * cell, cell + 0.2, cell + 0.2));
    }
    graphics.setColor(Ink.of(groups[image]).color());
    graphics.setStroke(new BasicStroke(2));
    graphics.draw(
        new Rectangle2D.Double(
            left - 1,
            top - 1,
            images.shape().width() * cell + 2,
            images.shape().height() * cell + 2));
  }

  /** Of a coordinate, from the margin to the other one. */
  private double place(int image, int axis) {
    double low = Arrays.stream(points).mapToDouble(p -> p[axis]).min().orElseThrow();
    double high = Arrays.stream(points).mapToDouble(p -> p[axis]).max().orElseThrow();
    double part = high > low ? (points[image][axis] - low) / (high - low) : 0.5;
    return MARGIN + IMAGE + part * (SIZE - 2 * (MARGIN + IMAGE));
  }
}
