package io.mulan.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;

/** Numbers over the pixels of an image as colours: maps side by side, with one scale for all. */
public final class HeatMaps implements Plot {
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final int MARGIN = 12;
  private static final int LINE = 20;

  /** Points along the longer side of a map, about. */
  private static final int MAP = 104;

  private static final int BAR = 14;
  private static final int BAR_TEXT = 64;

  private final String title;
  private final String unit;
  private final int across;
  private final List<Map> maps;
  private final double low;
  private final double high;
  private final int cell;

  /**
   * A map.
   *
   * @param label below it
   * @param values of the pixels, row by row
   */
  public record Map(String label, int rows, int columns, double[] values) {}

  /**
   * @param unit of the numbers, beside the scale
   * @param across how many maps stand side by side
   * @param maps at least one, all of the same shape
   * @param low the number at the lower end of the scale
   * @param high that at its upper end
   */
  public HeatMaps(String title, String unit, int across, List<Map> maps, double low, double high) {
    this.title = title;
    this.unit = unit;
    this.across = Math.min(across, maps.size());
    this.maps = List.copyOf(maps);
    this.low = low;
    this.high = high;
    Map first = maps.get(0);
    this.cell = Math.max(1, MAP / Math.max(first.rows(), first.columns()));
  }

  /** With a scale from the least number to the greatest. */
  public static HeatMaps of(String title, String unit, int across, List<Map> maps) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Map map : maps) {
      for (double value : map.values()) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return new HeatMaps(title, unit, across, maps, low, high);
  }

  private int mapWidth() {
    return maps.get(0).columns() * cell;
  }

  private int mapHeight() {
    return maps.get(0).rows() * cell;
  }

  private int rows() {
    return (maps.size() + across - 1) / across;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public int width() {
    return MARGIN + across * (mapWidth() + MARGIN) + BAR + BAR_TEXT + MARGIN;
  }

  @Override
  public int height() {
    return LINE + MARGIN + rows() * (mapHeight() + LINE + MARGIN);
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setColor(Color.BLACK);
    graphics.setFont(TITLE);
    graphics.drawString(title, MARGIN, LINE);
    graphics.setFont(TEXT);
    for (int i = 0; i < maps.size(); i++) {
      paint(
          graphics,
          maps.get(i),
          MARGIN + i % across * (mapWidth() + MARGIN),
          LINE + MARGIN + i / across * (mapHeight() + LINE + MARGIN));
    }
    paintScale(graphics);
  }

  private void paint(Graphics2D graphics, Map map, int left, int top) {
    for (int row = 0; row < map.rows(); row++) {
      for (int column = 0; column < map.columns(); column++) {
        graphics.setColor(colour(map.values()[row * map.columns() + column]));
        graphics.fill(new Rectangle2D.Double(left + column * cell, top + row * cell, cell, cell));
      }
    }
    graphics.setColor(Color.BLACK);
    FontMetrics metrics = graphics.getFontMetrics(TEXT);
    int middle = (mapWidth() - metrics.stringWidth(map.label())) / 2;
    graphics.drawString(map.label(), left + middle, top + mapHeight() + LINE - 5);
  }

  private Color colour(double value) {
    return ColourMap.at(high > low ? (value - low) / (high - low) : 0);
  }

  private void paintScale(Graphics2D graphics) {
    int left = MARGIN + across * (mapWidth() + MARGIN);
    int top = LINE + MARGIN;
    int length = mapHeight();
    for (int i = 0; i < length; i++) {
      graphics.setColor(ColourMap.at(1 - (i + 0.5) / length));
      graphics.fill(new Rectangle2D.Double(left, top + i, BAR, 1));
    }
    graphics.setColor(Color.BLACK);
    int beside = left + BAR + 6;
    graphics.drawString(number(high), beside, top + 10);
    graphics.drawString(number((low + high) / 2), beside, top + length / 2 + 4);
    graphics.drawString(number(low), beside, top + length);
    graphics.drawString(unit, left, top + length + LINE - 5);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value == 0 ? 0.0 : value);
  }
}
