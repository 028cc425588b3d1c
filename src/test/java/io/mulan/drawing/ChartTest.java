package io.mulan.drawing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

final class ChartTest {
  private static final double[] X = {1, 2, 3, 4};

  @TempDir Path folder;

  private static Chart two() {
    return new Chart("Two curves", "t", "γ, nats")
        .line("first", X, new double[] {1, 4, 9, 16})
        .band("first", X, new double[] {0, 3, 8, 15}, new double[] {2, 5, 10, 17})
        .points("second", X, new double[] {4, 3, 2, 1});
  }

  @Test
  void anSvgIsXmlWithATitle() throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    byte[] svg = Svg.of(two()).getBytes(StandardCharsets.UTF_8);
    Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertEquals("0 0 640 400", document.getDocumentElement().getAttribute("viewBox"));
    assertEquals("Two curves", document.getElementsByTagName("title").item(0).getTextContent());
    assertTrue(document.getElementsByTagName("path").getLength() > 10);
  }

  @Test
  void bothFilesAreWritten() throws Exception {
    PictureFiles.plot(folder.resolve("new/two"), two());
    BufferedImage png = ImageIO.read(folder.resolve("new/two.png").toFile());
    assertEquals(1280, png.getWidth());
    assertEquals(800, png.getHeight());
    assertTrue(Files.size(folder.resolve("new/two.svg")) > 0);
  }

  @Test
  void whatIsNotFiniteIsLeftOut() {
    Chart whole = new Chart("t", "x", "y").line("a", new double[] {1, 3}, new double[] {1, 2});
    Chart holed =
        new Chart("t", "x", "y")
            .line("a", new double[] {1, 2, 3}, new double[] {1, Double.NaN, 2})
            .line("b", X, new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN});
    assertArrayEquals(pixels(whole), pixels(holed));
  }

  @Test
  void inksDifferInColourAndInGrey() {
    Set<Object> colours = new HashSet<>();
    Set<Object> dashes = new HashSet<>();
    for (int i = 0; i < 42; i++) {
      Ink ink = Ink.of(i);
      assertTrue(colours.add(ink.color() + " " + Arrays.toString(ink.stroke().getDashArray())));
      dashes.add(Arrays.toString(ink.stroke().getDashArray()));
    }
    assertEquals(6, dashes.size());
    assertFalse(Ink.of(0).stroke().equals(Ink.of(1).stroke()));
    assertNotEquals(Ink.of(0).marker(), Ink.of(1).marker());
  }

  @Test
  void aLineIsInItsInk() {
    double[] x = {1, 10};
    Chart chart =
        new Chart("title", "x", "y").logarithmicX().errors("a", x, x, new double[] {0.1, 0.1});
    long blue = Arrays.stream(pixels(chart)).filter(p -> p == 0xff0072b2).count();
    assertTrue(blue > 300, "pixels of the line: " + blue);
  }

  @Test
  void ticksAreRoundWhereverThePointsAre() {
    double[] even = IntStream.range(0, 50).mapToDouble(i -> i / 49.0).toArray();
    double[] uneven = {0, 0.3, 1};
    int[] first = pixels(new Chart("t", "x", "y").line("a", even, even));
    int[] second = pixels(new Chart("t", "x", "y").line("a", uneven, uneven));
    int labels = 640 * 350; // from there on is what stands below the axis
    assertArrayEquals(
        Arrays.copyOfRange(second, labels, second.length),
        Arrays.copyOfRange(first, labels, first.length));
  }

  @Test
  void dashesAreSeenHoweverClosePointsAre() {
    double[] many = IntStream.range(0, 500).mapToDouble(i -> i / 499.0).toArray();
    double[] two = {0, 1};
    double close = orange(new Chart("t", "x", "y").line("a", X, X).line("b", many, level(many)));
    double far = orange(new Chart("t", "x", "y").line("a", X, X).line("b", two, level(two)));
    assertEquals(far, close, 0.1 * far);
  }

  private static double[] level(double[] x) {
    return Arrays.stream(x).map(at -> 2).toArray();
  }

  /** Pixels in the second ink. */
  private static double orange(Plot plot) {
    return Arrays.stream(pixels(plot)).mapToDouble(p -> p == 0xffd55e00 ? 1 : 0).sum();
  }

  @Test
  void aHistogramIsAsHighAsItsCounts() {
    double[] edges = {0, 1, 2, 3};
    double[] values = {0.5, 1, 1.5, 1.9, 3, 4, -1, Double.NaN};
    double[] x = {0, 0, 1, 1, 2, 2, 3, 3};
    double[] y = {0, 1, 1, 3, 3, 1, 1, 0};
    assertArrayEquals(
        pixels(new Chart("t", "x", "y").line("a", x, y)),
        pixels(new Chart("t", "x", "y").histogram("a", values, edges)));
  }

  private static int[] pixels(Plot plot) {
    BufferedImage picture = plot.picture(1);
    return picture.getRGB(
        0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
  }
}
