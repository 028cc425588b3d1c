package io.mulan.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A line with error bars, in ink that prints grey. */
public final class LineChart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;
  private static final Color BLUE = new Color(0x00, 0x72, 0xb2);

  private LineChart() {}

  /**
   * Draws it.
   *
   * @param xTitle what x is, with its unit; its axis is logarithmic
   * @param yTitle what y is, with its unit
   * @param errors half the length of the bars
   */
  public static BufferedImage of(
      String title,
      String xTitle,
      String yTitle,
      List<Double> x,
      List<Double> y,
      List<Double> errors) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .theme(Styler.ChartTheme.Matlab)
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setPlotGridLinesVisible(true);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    XYSeries series = chart.addSeries("y", x, y, errors);
    series.setLineColor(BLUE);
    series.setLineStyle(new BasicStroke(2));
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(BLUE);
    return BitmapEncoder.getBufferedImage(chart);
  }
}
