package io.mulan.report;

import java.awt.Graphics2D;
import java.util.List;

/**
 * Plots side by side.
 *
 * @param plots from left to right
 */
public record Row(String title, List<? extends Plot> plots) implements Plot {

  @Override
  public int width() {
    return plots.stream().mapToInt(Plot::width).sum();
  }

  @Override
  public int height() {
    return plots.stream().mapToInt(Plot::height).max().orElse(0);
  }

  @Override
  public void paint(Graphics2D graphics) {
    int x = 0;
    for (Plot plot : plots) {
      Graphics2D here = (Graphics2D) graphics.create();
      here.translate(x, 0);
      plot.paint(here);
      here.dispose();
      x += plot.width();
    }
  }
}
