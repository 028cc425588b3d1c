package io.mulan.study;

import io.mulan.drawing.Plot;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/** A picture of pixels as a plot: a point for each. */
public record ImagePlot(String title, BufferedImage image) implements Plot {
  @Override
  public int width() {
    return image.getWidth();
  }

  @Override
  public int height() {
    return image.getHeight();
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.drawImage(image, 0, 0, null);
  }
}
