package io.mulan.drawing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.drawing.HeatMap.Viridis;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

final class HeatMapTest {
  private static final List<HeatMap.Panel> PANELS =
      List.of(
          new HeatMap.Panel("a", new double[][] {{0, 1}, {2, Double.NaN}}),
          new HeatMap.Panel("b", new double[][] {{4, 3}, {2, 1}}));

  private static HeatMap map() {
    return new HeatMap("Two", "σ²", HeatMap.Scale.of(PANELS), PANELS, 5);
  }

  @Test
  void valuesHaveTheColoursOfTheScale() {
    BufferedImage picture = map().picture(1);
    // The first panel begins at 12 and 52; cells are 56 wide.
    assertEquals(Viridis.of(0).getRGB(), picture.getRGB(40, 80));
    assertEquals(Viridis.of(0.25).getRGB(), picture.getRGB(96, 80));
    assertEquals(Viridis.of(0.5).getRGB(), picture.getRGB(40, 136));
    assertEquals(Color.WHITE.getRGB(), picture.getRGB(96, 136), "no number, no colour");
    assertEquals(Viridis.of(1).getRGB(), picture.getRGB(164, 80));
  }

  @Test
  void theColoursAreLighterFromLowToHighInGreyToo() {
    double[] light =
        IntStream.rangeClosed(0, 100).mapToDouble(i -> luminance(Viridis.of(i / 100.0))).toArray();
    for (int i = 1; i < light.length; i++) {
      assertTrue(light[i] > light[i - 1] - 0.5, "at " + i);
    }
    assertTrue(light[100] - light[0] > 180);
  }

  private static double luminance(Color c) {
    return 0.2126 * c.getRed() + 0.7152 * c.getGreen() + 0.0722 * c.getBlue();
  }

  @Test
  void anSvgHoldsThePanelsAsPictures() throws Exception {
    String svg = Svg.of(map());
    String start = "data:image/png;base64,";
    int at = svg.indexOf(start);
    assertTrue(at > 0, svg);
    String data = svg.substring(at + start.length(), svg.indexOf('"', at));
    byte[] png = Base64.getMimeDecoder().decode(data.getBytes(StandardCharsets.US_ASCII));
    BufferedImage panel = ImageIO.read(new ByteArrayInputStream(png));
    assertEquals(Viridis.of(0).getRGB(), panel.getRGB(10, 10));
  }

  @Test
  void ticksAreRound() {
    assertEquals(List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0), rounded(Ticks.between(0, 1, 6)));
    assertEquals(List.of(-10.0, -5.0, 0.0, 5.0), rounded(Ticks.between(-13.3, 5, 6)));
    assertEquals(List.of(3.0), Ticks.between(3, 3, 6));
    assertEquals("0.02", Ticks.text(0.020000000000000004));
    assertEquals("-10", Ticks.text(-10));
    assertEquals("0", Ticks.text(0));
    assertEquals("0.002", Ticks.text(0.002));
    assertEquals("1600", Ticks.text(1600));
    assertEquals("2500000", Ticks.text(2.5e6));
    assertEquals("2.5e7", Ticks.text(2.5e7));
    assertEquals("-1e-8", Ticks.text(-1e-8));
  }

  private static List<Double> rounded(List<Double> ticks) {
    return ticks.stream().map(t -> Math.round(t * 1e9) / 1e9).toList();
  }
}
