package io.mulan.drawing;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Series over common axes: lines, lines with error bars, bands, points. What has the same name has
 * the same ink and is named once, so that a band lies around its line. Points that are not finite
 * are left out; a series without any other is not drawn.
 */
public final class Chart implements Plot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;
  private static final String HIDDEN = "hidden";

  private final XYChart chart;

  /** In the order of their inks. */
  private final List<String> names = new ArrayList<>();

  /** XChart begins each piece of a line with a new dash: no dash is seen where points are close. */
  private record Line(Ink ink, double[] x, double[] y) {}

  private final List<Line> lines = new ArrayList<>();

  /** The range of y, if it is given. */
  private double low;

  private double high;

  /** How many series there are; they are called by number and labelled by name. */
  private int drawn;

  /** Those in the legend. */
  private final Set<String> named = new HashSet<>();

  /**
   * An empty one.
   *
   * @param xTitle what x is, with its unit
   * @param yTitle what y is, with its unit
   */
  public Chart(String title, String xTitle, String yTitle) {
    this(title, xTitle, yTitle, WIDTH, HEIGHT);
  }

  /**
   * An empty one of another size.
   *
   * @param width points across, the axes' labels and the legend included
   * @param height points down
   */
  public Chart(String title, String xTitle, String yTitle, int width, int height) {
    chart =
        new XYChartBuilder()
            .width(width)
            .height(height)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .theme(Styler.ChartTheme.Matlab)
            .build();
    chart.getStyler().setPlotGridLinesVisible(true);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(Ticks::text);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(Ticks::text);
  }

  /** With the legend below, which leaves the width to the axes. */
  public Chart legendBelow() {
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    return this;
  }

  /** With logarithmic x, all positive. */
  Chart logarithmicX() {
    chart.getStyler().setXAxisLogarithmic(true);
    return this;
  }

  /** With logarithmic y, all positive. */
  public Chart logarithmicY() {
    chart.getStyler().setYAxisLogarithmic(true);
    return this;
  }

  /** With y from {@code low} to {@code high}; what lies beyond is cut. */
  public Chart between(double low, double high) {
    chart.getStyler().setYAxisMin(low);
    chart.getStyler().setYAxisMax(high);
    this.low = low;
    this.high = high;
    return this;
  }

  /** With a line. */
  public Chart line(String name, double[] x, double[] y) {
    int[] kept = finite(x, y);
    if (kept.length > 0) {
      double[] xs = at(x, kept);
      double[] ys = at(y, kept);
      // For the axes alone.
      XYSeries range = chart.addSeries(String.valueOf(drawn++), xs, ys);
      range.setMarker(SeriesMarkers.NONE);
      range.setLineStyle(SeriesLines.NONE);
      range.setShowInLegend(false);
      // For the legend alone.
      XYSeries sample =
          chart.addSeries(String.valueOf(drawn++), Arrays.copyOf(xs, 1), Arrays.copyOf(ys, 1));
      sample.setMarker(SeriesMarkers.NONE);
      lines.add(new Line(ink(sample, name), xs, ys));
    }
    return this;
  }

  /**
   * With a line whose points have bars.
   *
   * @param errors half the length of the bars
   */
  public Chart errors(String name, double[] x, double[] y, double[] errors) {
    int[] kept = finite(x, y, errors);
    if (kept.length > 0) {
      ink(
          chart.addSeries(String.valueOf(drawn++), at(x, kept), at(y, kept), at(errors, kept)),
          name);
    }
    return this;
  }

  /** With marks that no line joins. */
  public Chart points(String name, double[] x, double[] y) {
    int[] kept = finite(x, y);
    if (kept.length > 0) {
      XYSeries series = chart.addSeries(String.valueOf(drawn++), at(x, kept), at(y, kept));
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
      ink(series, name);
    }
    return this;
  }

  /** With all between two curves faintly filled. */
  public Chart band(String name, double[] x, double[] low, double[] high) {
    int[] kept = finite(x, low, high);
    if (kept.length > 1) {
      int[] back = IntStream.rangeClosed(1, kept.length).map(i -> kept[kept.length - i]).toArray();
      XYSeries series =
          chart.addSeries(
              String.valueOf(drawn++),
              DoubleStream.concat(DoubleStream.of(at(x, kept)), DoubleStream.of(at(x, back)))
                  .toArray(),
              DoubleStream.concat(DoubleStream.of(at(low, kept)), DoubleStream.of(at(high, back)))
                  .toArray());
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
      series.setMarker(SeriesMarkers.NONE);
      Ink ink = ink(series, name);
      series.setFillColor(ink.faint());
      series.setLineStyle(new BasicStroke(0));
      series.setLineColor(ink.faint());
      series.setShowInLegend(false);
      named.remove(name);
    }
    return this;
  }

  /**
   * With the outline of a histogram.
   *
   * @param edges of its bins, rising; what lies beyond is left out
   */
  public Chart histogram(String name, double[] values, double[] edges) {
    return histogram(name, values, edges, 1);
  }

  /** The same as shares of all values, for sets of different sizes. */
  public Chart shares(String name, double[] values, double[] edges) {
    return histogram(name, values, edges, 1.0 / values.length);
  }

  private Chart histogram(String name, double[] values, double[] edges, double weight) {
    int bins = edges.length - 1;
    double[] x = new double[2 * bins + 2];
    double[] y = new double[2 * bins + 2];
    for (int i = 0; i < bins; i++) {
      double low = edges[i];
      double high = edges[i + 1];
      boolean last = i == bins - 1;
      long count =
          Arrays.stream(values).filter(v -> v >= low && (v < high || (last && v == high))).count();
      x[2 * i + 1] = low;
      x[2 * i + 2] = high;
      y[2 * i + 1] = count * weight;
      y[2 * i + 2] = count * weight;
    }
    x[0] = edges[0];
    x[2 * bins + 1] = edges[bins];
    return line(name, x, y);
  }

  private static int[] finite(double[]... values) {
    return IntStream.range(0, values[0].length)
        .filter(i -> Arrays.stream(values).allMatch(v -> Double.isFinite(v[i])))
        .toArray();
  }

  private static double[] at(double[] values, int[] indices) {
    return IntStream.of(indices).mapToDouble(i -> values[i]).toArray();
  }

  private Ink ink(XYSeries series, String name) {
    if (!names.contains(name)) {
      names.add(name);
      chart.getStyler().setLegendVisible(names.size() > 1);
    }
    series.setLabel(name);
    series.setShowInLegend(named.add(name));
    Ink ink = Ink.of(names.indexOf(name));
    series.setLineColor(ink.color());
    series.setLineStyle(ink.stroke());
    series.setMarkerColor(ink.color());
    if (series.getMarker() != SeriesMarkers.NONE) {
      series.setMarker(ink.marker());
    }
    return ink;
  }

  @Override
  public String title() {
    return chart.getTitle();
  }

  @Override
  public int width() {
    return chart.getWidth();
  }

  @Override
  public int height() {
    return chart.getHeight();
  }

  @Override
  public void paint(Graphics2D graphics) {
    if (drawn > 0 && chart.getSeries(HIDDEN) == null) {
      hideUnevenPoint();
    }
    chart.paint(graphics, width(), height());
    Shape clip = graphics.getClip();
    if (high > low) {
      double top = chart.getScreenYFromChart(high);
      graphics.clip(new Rectangle2D.Double(0, top, width(), chart.getScreenYFromChart(low) - top));
    }
    for (Line line : lines) {
      graphics.setColor(line.ink().color());
      graphics.setStroke(line.ink().stroke());
      graphics.draw(path(line));
    }
    graphics.setClip(clip);
  }

  private Path2D path(Line line) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < line.x().length; i++) {
      double x = chart.getScreenXFromChart(line.x()[i]);
      double y = chart.getScreenYFromChart(line.y()[i]);
      if (i == 0) {
        path.moveTo(x, y);
      } else {
        path.lineTo(x, y);
      }
    }
    return path;
  }

  /**
   * Where all values along an axis are evenly spaced, XChart puts the ticks at them, round or not.
   * A point that is not drawn and off the others' spacing keeps them round.
   */
  private void hideUnevenPoint() {
    XYSeries some = chart.getSeriesCollection().iterator().next();
    XYSeries hidden =
        chart.addSeries(
            HIDDEN, new double[] {within(some.getXData())}, new double[] {within(some.getYData())});
    hidden.setMarker(SeriesMarkers.NONE);
    hidden.setShowInLegend(false);
  }

  private static double within(double[] values) {
    double low = Arrays.stream(values).min().orElseThrow();
    double high = Arrays.stream(values).max().orElseThrow();
    return low + (high - low) / Math.PI;
  }
}
