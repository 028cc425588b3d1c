package io.mulan.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeatMapsTest {

  @Test
  void eachPixelHasTheColourOfItsNumber() {
    double[] values = {0, 1, 2, 3, 4, 5};
    HeatMaps maps = HeatMaps.of("title", "unit", 2, List.of(new HeatMaps.Map("map", 2, 3, values)));
    BufferedImage picture = maps.picture(1);
    int cell = 104 / 3;
    for (int i = 0; i < values.length; i++) {
      int x = 12 + i % 3 * cell + cell / 2;
      int y = 32 + i / 3 * cell + cell / 2;
      assertEquals(ColourMap.at(i / 5.0), new Color(picture.getRGB(x, y)), "of " + i);
    }
  }

  @Test
  void coloursGrowBrighterWithTheNumber() {
    double before = -1;
    for (int i = 0; i <= 100; i++) {
      Color colour = ColourMap.at(i / 100.0);
      double grey = 0.299 * colour.getRed() + 0.587 * colour.getGreen() + 0.114 * colour.getBlue();
      assertTrue(grey > before, "at " + i);
      before = grey;
    }
    assertEquals(ColourMap.at(0), ColourMap.at(-1));
    assertEquals(ColourMap.at(1), ColourMap.at(2));
  }

  @Test
  void allTheSameNumberIsNoFailure() {
    HeatMaps maps =
        HeatMaps.of("t", "u", 1, List.of(new HeatMaps.Map("m", 1, 2, new double[] {3, 3})));
    assertTrue(Svg.of(maps).contains("<rect"));
  }
}
