package io.mulan.study;

import io.mulan.data.ImageSet;
import io.mulan.drawing.HeatMap;
import io.mulan.drawing.Ink;
import io.mulan.drawing.Picture;
import io.mulan.drawing.Plot;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/**
 * Images as marks in the plane, with frames in the colours of the groups they are in.
 *
 * @param xTitle what x is, with its unit
 * @param yTitle what y is, with its unit
 * @param points where each image is [count][2]
 * @param groups which group it is in [count]
 */
record ImageMap(
    String title, String xTitle, String yTitle, ImageSet images, double[][] points, int[] groups)
    implements Plot {
  private static final int SIDE = 640;
  private static final int MARGIN = 44;
  private static final int MARK = 24;

  @Override
  public int width() {
    return SIDE;
  }

  @Override
  public int height() {
    return SIDE;
  }

  /** Points of a pixel: marks are about of one size. */
  private int magnified() {
    return Math.max(1, MARK / Math.max(images.shape().width(), images.shape().height()));
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setColor(Color.BLACK);
    Plot.bold(graphics).drawString(title, MARGIN, MARGIN / 2);
    Plot.plain(graphics);
    graphics.drawString(xTitle, MARGIN, SIDE - MARGIN / 3);
    graphics.rotate(-Math.PI / 2);
    graphics.drawString(yTitle, MARGIN - SIDE, MARGIN * 2 / 3);
    graphics.rotate(Math.PI / 2);
    graphics.setColor(Color.GRAY);
    graphics.drawRect(MARGIN, MARGIN, SIDE - 2 * MARGIN, SIDE - 2 * MARGIN);
    HeatMap.Scale x = range(0);
    HeatMap.Scale y = range(1);
    for (int i = 0; i < points.length; i++) {
      BufferedImage mark = Picture.of(images, i, magnified());
      int across = SIDE - 2 * MARGIN - mark.getWidth() - 4;
      int down = SIDE - 2 * MARGIN - mark.getHeight() - 4;
      int left = MARGIN + 2 + (int) Math.round(across * share(x, points[i][0]));
      int top = MARGIN + 2 + (int) Math.round(down * (1 - share(y, points[i][1])));
      graphics.drawImage(mark, left, top, null);
      Ink ink = Ink.of(groups[i]);
      graphics.setColor(ink.color());
      graphics.setStroke(new BasicStroke(1.5f));
      graphics.drawRect(left, top, mark.getWidth(), mark.getHeight());
    }
  }

  private HeatMap.Scale range(int axis) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] point : points) {
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
    return new HeatMap.Scale(low, high);
  }

  private static double share(HeatMap.Scale range, double value) {
    return range.high() > range.low() ? (value - range.low()) / (range.high() - range.low()) : 0.5;
  }
}
