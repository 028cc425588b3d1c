package io.mulan.drawing;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Matrices side by side, in the colours of one scale, with a bar that shows its numbers. */
public final class HeatMap implements Plot {
  private static final int PANEL = 112;
  private static final int GAP = 12;
  private static final int TITLE = 34;
  private static final int HEADING = 18;
  private static final int BAR = 14;

  /** For the bar and its numbers. */
  private static final int RIGHT = 96;

  /** Points across of a letter of the title, at most. */
  private static final int LETTER = 9;

  private static final int MOST_TICKS = 6;

  private final String title;
  private final String unit;
  private final Scale scale;
  private final List<Panel> panels;
  private final int columns;

  /**
   * A matrix.
   *
   * @param heading above it
   * @param values of its rows, from the top
   */
  public record Panel(String heading, double[][] values) {}

  /** What the darkest and the lightest colour stand for. */
  public record Scale(double low, double high) {

    /** From the least to the largest of these values. */
    public static Scale of(List<Panel> panels) {
      double[] all =
          panels.stream()
              .flatMap(p -> Stream.of(p.values()))
              .flatMapToDouble(Arrays::stream)
              .filter(Double::isFinite)
              .toArray();
      return new Scale(Arrays.stream(all).min().orElse(0), Arrays.stream(all).max().orElse(1));
    }

    Color color(double value) {
      return Double.isFinite(value)
          ? Viridis.of(high > low ? (value - low) / (high - low) : 0)
          : Color.WHITE;
    }
  }

  /**
   * A plot of some matrices of one shape.
   *
   * @param unit what the numbers are, with their unit
   * @param columns how many are in a row
   */
  public HeatMap(String title, String unit, Scale scale, List<Panel> panels, int columns) {
    this.title = title;
    this.unit = unit;
    this.scale = scale;
    this.panels = List.copyOf(panels);
    this.columns = Math.min(columns, panels.size());
  }

  private int rows() {
    return (panels.size() + columns - 1) / columns;
  }

  /** Points of a side of a cell: a whole number, so that all are alike. */
  private int cell() {
    double[][] values = panels.get(0).values();
    return Math.max(1, PANEL / Math.max(values.length, values[0].length));
  }

  private int panelWidth() {
    return cell() * panels.get(0).values()[0].length;
  }

  private int panelHeight() {
    return cell() * panels.get(0).values().length;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public int width() {
    return Math.max(GAP + columns * (panelWidth() + GAP) + RIGHT, GAP + LETTER * title.length());
  }

  @Override
  public int height() {
    return TITLE + rows() * (HEADING + panelHeight() + GAP);
  }

  @Override
  public void paint(Graphics2D graphics) {
    graphics.setColor(Color.BLACK);
    Plot.bold(graphics).drawString(title, GAP, TITLE - GAP);
    Plot.plain(graphics);
    for (int i = 0; i < panels.size(); i++) {
      int x = GAP + i % columns * (panelWidth() + GAP);
      int y = TITLE + i / columns * (HEADING + panelHeight() + GAP) + HEADING;
      graphics.setColor(Color.BLACK);
      graphics.drawString(panels.get(i).heading(), x, y - HEADING / 4);
      graphics.drawImage(image(panels.get(i).values()), x, y, panelWidth(), panelHeight(), null);
    }
    paintBar(graphics);
  }

  /** A picture with one pixel for each point: when it is enlarged, edges must stay sharp. */
  private BufferedImage image(double[][] values) {
    BufferedImage image =
        new BufferedImage(panelWidth(), panelHeight(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, scale.color(values[y / cell()][x / cell()]).getRGB());
      }
    }
    return image;
  }

  private void paintBar(Graphics2D graphics) {
    int x = GAP + columns * (panelWidth() + GAP) + GAP;
    int top = TITLE + HEADING;
    int length = panelHeight() + (rows() - 1) * (HEADING + panelHeight() + GAP);
    for (int i = 0; i < length; i++) {
      graphics.setColor(Viridis.of(1 - (i + 0.5) / length));
      graphics.fillRect(x, top + i, BAR, 1);
    }
    graphics.setColor(Color.BLACK);
    graphics.drawString(unit, x, top - HEADING * 2 / 3);
    double span = scale.high() - scale.low();
    for (double tick : Ticks.between(scale.low(), scale.high(), MOST_TICKS)) {
      int y = top + (int) Math.round(length * (span > 0 ? 1 - (tick - scale.low()) / span : 1));
      graphics.drawLine(x + BAR, y, x + BAR + 3, y);
      graphics.drawString(Ticks.text(tick), x + BAR + 6, y + LETTERS / 3);
    }
  }

  /**
   * Colours for numbers: evenly lighter from low to high, so that they keep their order in grey and
   * for the colour-blind (viridis, S. van der Walt and N. Smith, 2015, in the public domain).
   */
  static final class Viridis {
    /** At even distances. */
    private static final int[] ANCHORS = {
      0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b,
      0xfde725
    };

    private Viridis() {}

    /** The colour of a share from 0 to 1; what lies beyond has that of the nearer end. */
    static Color of(double share) {
      double at = Math.max(0, Math.min(1, share)) * (ANCHORS.length - 1);
      int below = Math.min((int) at, ANCHORS.length - 2);
      Color low = new Color(ANCHORS[below]);
      Color high = new Color(ANCHORS[below + 1]);
      double part = at - below;
      return new Color(
          between(low.getRed(), high.getRed(), part),
          between(low.getGreen(), high.getGreen(), part),
          between(low.getBlue(), high.getBlue(), part));
    }

    private static int between(int low, int high, double part) {
      return (int) Math.round(low + part * (high - low));
    }
  }
}
