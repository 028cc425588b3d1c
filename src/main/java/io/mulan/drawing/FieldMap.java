package io.mulan.drawing;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;

/**
 * A function of two variables of the same range as colours, with lines over it. Colours show the
 * sign by hue, and the value by lightness, which rises from the lowest to the highest: so they are
 * legible in grey. They are linear around zero and logarithmic beyond.
 */
public final class FieldMap implements Plot {
  private static final int SIDE = 300;
  private static final int LEFT = 56;
  private static final int TOP = 34;
  private static final int RIGHT = 80;
  private static final int BAR = 14;
  private static final int LEGEND_ROW = 18;
  private static final int CELLS = 75;

  /** Colours on either side of the one of zero. */
  private static final int BANDS = 9;

  private static final Color LOWEST = new Color(0x5b86b5);
  private static final Color MIDDLE = new Color(0xcfcfcf);
  private static final Color HIGHEST = new Color(0xfff1b0);

  private record Line(String name, double[] x, double[] y) {}

  private final String title;
  private final String xTitle;
  private final String yTitle;
  private final double min;
  private final double max;
  private final DoubleBinaryOperator values;
  private final String unit;
  private final double linear;
  private final double limit;
  private final List<Line> lines = new ArrayList<>();

  /**
   * One without lines.
   *
   * @param xTitle what x is, with its unit
   * @param yTitle what y is, with its unit
   * @param min of x and of y
   * @param max of x and of y
   * @param unit of the values
   * @param linear up to where colours are linear
   * @param limit beyond which colours stay the same: {@code linear} times a power of ten
   */
  public FieldMap(
      String title,
      String xTitle,
      String yTitle,
      double min,
      double max,
      DoubleBinaryOperator values,
      String unit,
      double linear,
      double limit) {
    this.title = title;
    this.xTitle = xTitle;
    this.yTitle = yTitle;
    this.min = min;
    this.max = max;
    this.values = values;
    this.unit = unit;
    this.linear = linear;
    this.limit = limit;
  }

  /** With a line, which is named below. */
  public FieldMap line(String name, double[] x, double[] y) {
    lines.add(new Line(name, x, y));
    return this;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public int width() {
    return LEFT + SIDE + RIGHT;
  }

  @Override
  public int height() {
    return TOP + SIDE + 48 + LEGEND_ROW * ((lines.size() + 1) / 2);
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    field(graphics);
    graphics.setColor(Color.BLACK);
    centred(Plot.bold(graphics), title, LEFT + SIDE / 2.0, 20);
    Plot.plain(graphics);
    Shape clip = graphics.getClip();
    graphics.clip(new Rectangle2D.Double(LEFT, TOP, SIDE, SIDE));
    for (int i = 0; i < lines.size(); i++) {
      draw(graphics, path(lines.get(i)), Ink.of(i));
    }
    graphics.setClip(clip);
    axes(graphics);
    bar(graphics);
    legend(graphics);
  }

  /** Row by row, each stretch of one colour as one rectangle, which reaches under the next. */
  private void field(Graphics2D graphics) {
    double cell = (double) SIDE / CELLS;
    for (int j = 0; j < CELLS; j++) {
      double height = Math.min(1.5, CELLS - j) * cell;
      int from = 0;
      while (from < CELLS) {
        int color = band(from, j);
        int to = from + 1;
        while (to < CELLS && band(to, j) == color) {
          to++;
        }
        double width = Math.min(to - from + 0.5, CELLS - from) * cell;
        graphics.setColor(color((double) color / BANDS));
        graphics.fill(new Rectangle2D.Double(LEFT + from * cell, TOP + j * cell, width, height));
        from = to;
      }
    }
  }

  /** The number of the colour of a cell, from -BANDS to BANDS. */
  private int band(int column, int row) {
    double each = (max - min) / CELLS;
    double value = values.applyAsDouble(min + (column + 0.5) * each, max - (row + 0.5) * each);
    return (int) Math.round(position(value) * BANDS);
  }

  /** Where a value lies on the scale of colours, from -1 to 1. */
  private double position(double value) {
    double size = Math.min(Math.abs(value), limit) / linear;
    double scaled = size < 1 ? size : 1 + Math.log10(size);
    return Math.signum(value) * scaled / (1 + Math.log10(limit / linear));
  }

  private static Color color(double position) {
    Color end = position < 0 ? LOWEST : HIGHEST;
    double share = Math.abs(position);
    return new Color(
        mixed(MIDDLE.getRed(), end.getRed(), share),
        mixed(MIDDLE.getGreen(), end.getGreen(), share),
        mixed(MIDDLE.getBlue(), end.getBlue(), share));
  }

  private static int mixed(int from, int to, double share) {
    return (int) Math.round(from + share * (to - from));
  }

  private double across(double x) {
    return LEFT + SIDE * (x - min) / (max - min);
  }

  private double down(double y) {
    return TOP + SIDE * (max - y) / (max - min);
  }

  private Path2D path(Line line) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < line.x().length; i++) {
      double x = across(line.x()[i]);
      double y = down(line.y()[i]);
      if (i == 0) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
    return path;
  }

  /** In its ink, on white, so that it stands out from any colour. */
  private static void draw(Graphics2D graphics, Shape line, Ink ink) {
    graphics.setColor(Color.WHITE);
    graphics.setStroke(new BasicStroke(4));
    graphics.draw(line);
    graphics.setColor(ink.color());
    graphics.setStroke(ink.stroke());
    graphics.draw(line);
  }

  private void axes(Graphics2D graphics) {
    graphics.setColor(Color.BLACK);
    graphics.setStroke(new BasicStroke(1));
    graphics.draw(new Rectangle2D.Double(LEFT, TOP, SIDE, SIDE));
    double bottom = TOP + SIDE;
    double step = Math.max(1, Math.ceil((max - min) / 8));
    for (double tick = Math.ceil(min / step) * step; tick <= max; tick += step) {
      String label = text(tick);
      double x = across(tick);
      double y = down(tick);
      graphics.draw(new Line2D.Double(x, bottom, x, bottom + 4));
      centred(graphics, label, x, bottom + 17);
      graphics.draw(new Line2D.Double(LEFT - 4, y, LEFT, y));
      right(graphics, label, LEFT - 7, y + 4);
    }
    centred(graphics, xTitle, LEFT + SIDE / 2.0, bottom + 34);
    upright(graphics, yTitle, 14, TOP + SIDE / 2.0);
  }

  private void bar(Graphics2D graphics) {
    int left = LEFT + SIDE + 12;
    for (int band = BANDS; band >= -BANDS; band--) {
      double upper = Math.min(1, (band + 0.5) / BANDS);
      double top = TOP + SIDE * (1 - upper) / 2;
      graphics.setColor(color((double) band / BANDS));
      graphics.fill(new Rectangle2D.Double(left, top, BAR, TOP + SIDE - top));
    }
    graphics.setColor(Color.BLACK);
    graphics.draw(new Rectangle2D.Double(left, TOP, BAR, SIDE));
    tick(graphics, left, 0);
    for (double value = linear; value < 2 * limit; value *= 10) {
      double shown = Math.min(value, limit);
      tick(graphics, left, shown);
      tick(graphics, left, -shown);
    }
    upright(graphics, unit, LEFT + SIDE + RIGHT - 6, TOP + SIDE / 2.0);
  }

  private void tick(Graphics2D graphics, int left, double value) {
    double y = TOP + SIDE * (1 - position(value)) / 2;
    graphics.draw(new Line2D.Double(left + BAR, y, left + BAR + 3, y));
    String beyond = value >= limit ? "≥ " : value <= -limit ? "≤ " : "";
    graphics.drawString(beyond + text(value), left + BAR + 5, (float) y + 4);
  }

  private static String text(double value) {
    String plain = String.format(Locale.ROOT, "%.6g", value);
    String shorter = plain.contains(".") ? plain.replaceFirst("\\.?0+$", "") : plain;
    return shorter.replace('-', '\u2212');
  }

  private void legend(Graphics2D graphics) {
    for (int i = 0; i < lines.size(); i++) {
      double x = LEFT + (i % 2) * (SIDE / 2.0 + 8);
      double y = TOP + SIDE + 52 + LEGEND_ROW * (i / 2);
      draw(graphics, new Line2D.Double(x, y - 4, x + 34, y - 4), Ink.of(i));
      graphics.setColor(Color.BLACK);
      graphics.drawString(lines.get(i).name(), (float) x + 40, (float) y);
    }
  }

  private static void centred(Graphics2D graphics, String text, double x, double y) {
    int width = graphics.getFontMetrics().stringWidth(text);
    graphics.drawString(text, (float) (x - width / 2.0), (float) y);
  }

  private static void right(Graphics2D graphics, String text, double x, double y) {
    int width = graphics.getFontMetrics().stringWidth(text);
    graphics.drawString(text, (float) (x - width), (float) y);
  }

  private static void upright(Graphics2D graphics, String text, double x, double y) {
    AffineTransform before = graphics.getTransform();
    graphics.translate(x, y);
    graphics.rotate(-Math.PI / 2);
    centred(graphics, text, 0, 0);
    graphics.setTransform(before);
  }
}
