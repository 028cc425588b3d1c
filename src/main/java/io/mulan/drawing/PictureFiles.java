package io.mulan.drawing;

import io.mulan.data.ImageSet;
import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Pictures and pages as files, each written whole or not at all; folders are made where they are
 * missing. No temporary files of ImageIO's are used: it cannot open any while the program ends.
 */
public final class PictureFiles {
  private static final String GIF_METADATA = "javax_imageio_gif_image_1.0";

  private PictureFiles() {}

  /** Writes a PNG. */
  public static void png(Path file, BufferedImage picture) {
    write(file, out -> ImageIO.write(picture, "png", new MemoryCacheImageOutputStream(out)));
  }

  /**
   * Writes a plot twice: as a PNG of two pixels a point, and as an SVG.
   *
   * @param file without the extension, which is appended
   */
  public static void plot(Path file, Plot plot) {
    png(file.resolveSibling(file.getFileName() + ".png"), plot.picture(2));
    write(
        file.resolveSibling(file.getFileName() + ".svg"),
        out -> out.write(Svg.of(plot).getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes a page. */
  public static void page(Path file, HtmlPage page) {
    write(file, out -> out.write(page.html().getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes the first images as PNGs of their own size, {@code 0000.png} and so on. */
  static void each(Path folder, ImageSet images, int most) {
    for (int i = 0; i < Math.min(most, images.count()); i++) {
      png(folder.resolve("%04d.png".formatted(i)), Picture.of(images, i, 1));
    }
  }

  /**
   * Writes a moving picture that begins again for ever.
   *
   * @param frames at least one; they are written while they come, so that only two need be in
   *     memory together
   * @param hundredths how long each frame is shown, in 1/100 s
   * @param last how long the last one is
   */
  public static void gif(Path file, Iterator<BufferedImage> frames, int hundredths, int last) {
    write(
        file,
        out -> {
          ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
          try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            boolean first = true;
            while (frames.hasNext()) {
              BufferedImage frame = frames.next();
              IIOMetadata metadata =
                  writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
              time(metadata, frames.hasNext() ? hundredths : last, first);
              writer.writeToSequence(new IIOImage(frame, null, metadata), null);
              first = false;
            }
            writer.endWriteSequence();
          } finally {
            writer.dispose();
          }
        });
  }

  private static void time(IIOMetadata metadata, int hundredths, boolean first) throws IOException {
    IIOMetadataNode root = new IIOMetadataNode(GIF_METADATA);
    IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("transparentColorIndex", "0");
    control.setAttribute("delayTime", Integer.toString(hundredths));
    root.appendChild(control);
    if (first) {
      IIOMetadataNode application = new IIOMetadataNode("ApplicationExtension");
      application.setAttribute("applicationID", "NETSCAPE");
      application.setAttribute("authenticationCode", "2.0");
      application.setUserObject(new byte[] {1, 0, 0}); // for ever
      IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
      extensions.appendChild(application);
      root.appendChild(extensions);
    }
    metadata.mergeTree(GIF_METADATA, root);
  }

  private static void write(Path file, AtomicFile.Content content) {
    try {
      AtomicFile.write(file, content);
    } catch (IOException e) {
      throw new ConfigException(
          file + " cannot be written: " + IoReason.of(e) + "; name another folder with --out", e);
    }
  }
}
