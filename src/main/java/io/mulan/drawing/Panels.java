package io.mulan.drawing;

import java.awt.Graphics2D;
import java.util.List;

/**
 * Several plots as one, in rows.
 *
 * @param columns plots in a row
 */
public record Panels(String title, int columns, List<Plot> plots) implements Plot {

  public Panels {
    plots = List.copyOf(plots);
  }

  private int cellWidth() {
    return plots.stream().mapToInt(Plot::width).max().orElse(0);
  }

  private int cellHeight() {
    return plots.stream().mapToInt(Plot::height).max().orElse(0);
  }

  @Override
  public int width() {
    return cellWidth() * columns;
  }

  @Override
  public int height() {
    return cellHeight() * ((plots.size() + columns - 1) / columns);
  }

  @Override
  public void paint(Graphics2D graphics) {
    for (int i = 0; i < plots.size(); i++) {
      int x = i % columns * cellWidth();
      int y = i / columns * cellHeight();
      Graphics2D own = (Graphics2D) graphics.create();
      own.translate(x, y);
      plots.get(i).paint(own);
      own.dispose();
    }
  }
}
