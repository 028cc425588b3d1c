package io.mulan.drawing;

import java.awt.Dimension;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Plots as Scalable Vector Graphics. */
public final class Svg {
  private Svg() {}

  /** The whole document: it can be a file, or stand in a page without its first lines. */
  public static String of(Plot plot) {
    Document document = empty();
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
    context.setPrecision(2);
    context.setImageHandler(new EmbeddedImages());
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    graphics.setSVGCanvasSize(new Dimension(plot.width(), plot.height()));
    plot.paint(graphics);
    Element root = graphics.getRoot();
    // So that it can be shown in any size.
    root.setAttributeNS(null, "viewBox", "0 0 " + plot.width() + " " + plot.height());
    Element title = document.createElementNS(root.getNamespaceURI(), "title");
    title.setTextContent(plot.title());
    root.insertBefore(title, root.getFirstChild());
    StringWriter text = new StringWriter();
    try {
      graphics.stream(root, text);
    } catch (SVGGraphics2DIOException e) {
      throw new IllegalStateException("a plot can't be written to memory", e);
    }
    graphics.dispose();
    return text.toString();
  }

  private static Document empty() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("Java has no XML", e);
    }
  }
}
