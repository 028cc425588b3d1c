package io.mulan.drawing;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What the series of a chart are drawn with: colours that the colour-blind distinguish (M. Okabe
 * and K. Ito, "Color Universal Design", 2008), each with a dash and a mark of its own for print in
 * grey.
 */
public record Ink(Color color, BasicStroke stroke, Marker marker) {
  private static final List<Integer> COLORS =
      List.of(0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000);
  private static final List<float[]> DASHES =
      List.of(
          new float[] {},
          new float[] {8, 4},
          new float[] {2, 3},
          new float[] {10, 3, 2, 3},
          new float[] {16, 4},
          new float[] {12, 3, 2, 3, 2, 3});
  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.TRIANGLE_DOWN,
          SeriesMarkers.CROSS);

  /** Of series {@code index} of a chart; after 42 they begin again. */
  public static Ink of(int index) {
    float[] dash = DASHES.get(index % DASHES.size());
    BasicStroke stroke =
        dash.length == 0
            ? new BasicStroke(2)
            : new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0);
    return new Ink(
        new Color(COLORS.get(index % COLORS.size())), stroke, MARKERS.get(index % MARKERS.size()));
  }

  /** The same colour under lines that are to be seen through it. */
  Color faint() {
    return new Color(color.getRed(), color.getGreen(), color.getBlue(), 50);
  }
}
