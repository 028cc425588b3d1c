package io.mulan.drawing;

import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.DefaultImageHandler;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Plots as Scalable Vector Graphics. */
final class Svg {
  private Svg() {}

  /** The whole document: it can be a file, or stand in a page without its first lines. */
  static String of(Plot plot) {
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
      throw new IllegalStateException("a plot cannot be written to memory", e);
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

  /** Pictures inside an SVG, as PNG in its text. Batik's own way needs its codecs too. */
  static final class EmbeddedImages extends DefaultImageHandler {
    private static final String XLINK = "http://www.w3.org/1999/xlink";

    @Override
    protected void handleHREF(Image image, Element element, SVGGeneratorContext context) {
      BufferedImage copy =
          new BufferedImage(
              image.getWidth(null), image.getHeight(null), BufferedImage.TYPE_INT_ARGB);
      Graphics2D graphics = copy.createGraphics();
      graphics.drawImage(image, 0, 0, null);
      graphics.dispose();
      handleHREF((RenderedImage) copy, element, context);
    }

    @Override
    protected void handleHREF(RenderedImage image, Element element, SVGGeneratorContext context) {
      element.setAttributeNS(XLINK, "xlink:href", DataUri.png(image));
    }
  }

  /** Pictures as addresses that hold them. */
  static final class DataUri {
    private DataUri() {}

    static String png(RenderedImage picture) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try {
        ImageIO.write(picture, "png", new MemoryCacheImageOutputStream(bytes));
      } catch (IOException e) {
        throw new IllegalStateException("a picture cannot be written to memory", e);
      }
      return of("png", bytes.toByteArray());
    }

    static String svg(String document) {
      return of("svg+xml", document.getBytes(StandardCharsets.UTF_8));
    }

    private static String of(String type, byte[] content) {
      return "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(content);
    }
  }
}
