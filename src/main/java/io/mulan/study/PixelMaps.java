package io.mulan.study;

import io.mulan.config.ImageShape;
import io.mulan.drawing.HeatMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Values of all pixels at some times as heat maps, a row of them for each channel.
 *
 * @param times that there are values at, evenly spaced from 0 to 1
 */
record PixelMaps(ImageShape shape, double[] times) {
  private static final List<Double> SHOWN = List.of(0.1, 0.3, 0.5, 0.7, 0.9);

  /** The time nearest to t, by number. */
  int index(double t) {
    return (int) Math.round(t * (times.length - 1));
  }

  /** A time by number, for people. */
  String at(int index) {
    return String.format(Locale.ROOT, "t = %.2f", times[index]);
  }

  /** A channel by number, for people. */
  String channel(int channel) {
    return shape.channels() == 3
        ? List.of("red", "green", "blue").get(channel)
        : "channel " + channel;
  }

  /** The panels of an image's values [n], a channel after the other. */
  List<HeatMap.Panel> panels(String heading, double[] values) {
    List<HeatMap.Panel> panels = new ArrayList<>();
    for (int c = 0; c < shape.channels(); c++) {
      String of = shape.channels() == 1 ? "" : ", " + channel(c);
      panels.add(new HeatMap.Panel(heading + of, matrix(values, c)));
    }
    return panels;
  }

  private double[][] matrix(double[] values, int channel) {
    double[][] matrix = new double[shape.height()][shape.width()];
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        matrix[y][x] = values[(y * shape.width() + x) * shape.channels() + channel];
      }
    }
    return matrix;
  }

  /** Values [times][n] at some times, in colours from the least to the largest. */
  HeatMap map(String title, String unit, double[][] values) {
    List<HeatMap.Panel> panels = shown(values);
    return new HeatMap(title, unit, HeatMap.Scale.of(panels), panels, SHOWN.size());
  }

  /** The same in colours of a given scale. */
  HeatMap map(String title, String unit, double[][] values, HeatMap.Scale scale) {
    return new HeatMap(title, unit, scale, shown(values), SHOWN.size());
  }

  private List<HeatMap.Panel> shown(double[][] values) {
    List<HeatMap.Panel> panels = new ArrayList<>();
    for (int c = 0; c < shape.channels(); c++) {
      for (double t : SHOWN) {
        panels.add(panels(at(index(t)), values[index(t)]).get(c));
      }
    }
    return panels;
  }
}
