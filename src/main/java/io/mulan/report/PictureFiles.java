package io.mulan.report;

import io.mulan.config.ConfigException;
import io.mulan.data.ImageSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Pictures as files, each written whole or not at all; folders are made where they are missing. */
public final class PictureFiles {
  private static final String GIF_METADATA = "javax_imageio_gif_image_1.0";

  private PictureFiles() {}

  @FunctionalInterface
  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  /** Writes a PNG. */
  public static void png(Path file, BufferedImage picture) {
    write(file, out -> ImageIO.write(picture, "png", out));
  }

  /** Writes every image as a PNG of its own size, {@code 0000.png} and so on. */
  public static void each(Path folder, ImageSet images) {
    for (int i = 0; i < images.count(); i++) {
      png(folder.resolve("%04d.png".formatted(i)), Picture.of(images, i, 1));
    }
  }

  /**
   * Writes a moving picture that begins again for ever.
   *
   * @param hundredths how long each frame is shown, in 1/100 s
   * @param last how long the last one is
   */
  public static void gif(Path file, List<BufferedImage> frames, int hundredths, int last) {
    write(
        file,
        out -> {
          ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
          try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < frames.size(); i++) {
              BufferedImage frame = frames.get(i);
              IIOMetadata metadata =
                  writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
              time(metadata, i == frames.size() - 1 ? last : hundredths, i == 0);
              writer.writeToSequence(new IIOImage(frame, null, metadata), null);
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

  private static void write(Path file, Content content) {
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (OutputStream out = Files.newOutputStream(unfinished)) {
        content.write(out);
      }
      move(unfinished, file);
    } catch (IOException e) {
      throw new ConfigException(
          file + " can't be written: " + e.getMessage() + "; name another folder with --out", e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
