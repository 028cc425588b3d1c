package io.mulan.drawing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.drawing.HtmlPage.Figure;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

final class HtmlPageTest {
  private static final String HOSTILE = "</p>\"'<script>&amp;\u0000\ud800\u0085\ufffe";
  private static final String SHOWN = "</p>\"'<script>&amp;????";

  private static Document parsed(HtmlPage page) throws Exception {
    byte[] html = page.html().getBytes(StandardCharsets.UTF_8);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(html));
  }

  private static String text(Document page, String tag) {
    return page.getElementsByTagName(tag).item(0).getTextContent();
  }

  @Test
  void everyTextIsShownAsItIs() throws Exception {
    BufferedImage picture = new BufferedImage(2, 3, BufferedImage.TYPE_INT_RGB);
    Document page =
        parsed(
            new HtmlPage(HOSTILE, HOSTILE)
                .section("a", HOSTILE)
                .text(HOSTILE)
                .notice(HOSTILE)
                .code(HOSTILE)
                .folded(HOSTILE, HOSTILE)
                .table(HOSTILE, List.of(HOSTILE), List.of(List.of(HOSTILE)))
                .figures(List.of(Figure.of(picture, HOSTILE, HOSTILE))));
    for (String tag :
        List.of("title", "h1", "a", "h2", "code", "summary", "caption", "th", "figcaption")) {
      assertEquals(SHOWN, text(page, tag), tag);
    }
    assertEquals(0, page.getElementsByTagName("script").getLength());
    Element image = (Element) page.getElementsByTagName("img").item(0);
    assertEquals(SHOWN, image.getAttribute("alt"));
    assertEquals("2", image.getAttribute("width"));
  }

  @Test
  void columnsOfNumbersAreAlignedAndRowsAreNamed() throws Exception {
    Document page =
        parsed(
            new HtmlPage("t", "l")
                .table(
                    "c",
                    List.of("name", "figure", "text"),
                    List.of(List.of("1", "1.5 ± 0.1", "a\nsmall"), List.of("2", "–", "1"))));
    Element name = (Element) page.getElementsByTagName("th").item(3);
    assertEquals("row", name.getAttribute("scope"));
    Element figure = (Element) page.getElementsByTagName("td").item(0);
    assertEquals("number", figure.getAttribute("class"));
    Element text = (Element) page.getElementsByTagName("td").item(1);
    assertEquals("", text.getAttribute("class"));
    assertEquals("small", text(page, "small"));
  }

  @Tag("integration")
  @Test
  void aPlotIsDrawnInThePageUnlessItIsLarge() {
    Plot line = new Chart("a line", "x", "y").line("l", new double[] {1, 2}, new double[] {1, 2});
    Figure figure = Figure.of(line, "caption");
    assertEquals("a line", figure.description());
    assertTrue(figure.source().startsWith("data:image/svg+xml;base64,"));
    double[] many = new Random(1).doubles(20_000).toArray();
    Figure dense = Figure.of(new Chart("noise", "x", "y").line("l", many, many), "caption");
    assertTrue(dense.source().startsWith("data:image/png;base64,"));
  }
}
