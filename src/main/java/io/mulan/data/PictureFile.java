package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.ImageShape;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * One picture of 8 bits a sample that is to be an image of this shape.
 *
 * @param file as the user named it, for messages
 */
record PictureFile(Path file, ImageShape shape) {
  private static final Set<String> FORMATS = Set.of("png", "jpeg", "gif", "bmp");

  /**
   * @throws ConfigException if no picture can be such an image
   */
  PictureFile {
    if (shape.channels() != 1 && shape.channels() != 3) {
      throw new ConfigException(
          ("%s is a picture, which has 1 or 3 channels, but the model's images are %s;"
                  + " give a .npy or .npz file")
              .formatted(file, shape));
    }
  }

  /** Writes the levels of all pixels [H,W,C] to {@code target} from {@code offset} on. */
  void copy(GreyScale scale, byte[] target, int offset) {
    int at = offset;
    for (int pixel : pixels()) {
      int red = pixel >> 16 & 0xff;
      int green = pixel >> 8 & 0xff;
      int blue = pixel & 0xff;
      if (pixel >>> 24 != 0xff) {
        throw refusal(
            "is transparent in places; pictures are opaque: save it without transparency");
      }
      if (shape.channels() == 1) {
        if (red != green || green != blue) {
          throw refusal(
              "is in colour, the model's images are " + shape + ", grey; convert it to grey");
        }
        target[at++] = (byte) scale.level(red);
      } else {
        target[at++] = (byte) scale.level(red);
        target[at++] = (byte) scale.level(green);
        target[at++] = (byte) scale.level(blue);
      }
    }
  }

  /** All pixels, row by row, as alpha, red, green, blue. */
  private int[] pixels() {
    try (ImageInputStream in = open()) {
      ImageReader reader = reader(in);
      try {
        // Without metadata: a short file can unpack to any amount of it.
        reader.setInput(in, false, true);
        return argb(decode(reader));
      } finally {
        reader.dispose();
      }
    } catch (ConfigException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // decoders throw anything at a damaged file
      throw unreadable(e);
    }
  }

  private ImageInputStream open() {
    try {
      return new FileImageInputStream(file.toFile());
    } catch (IOException e) {
      throw new ConfigException("cannot read " + file + ": " + Npy.reason(e), e);
    }
  }

  private ImageReader reader(ImageInputStream in) throws IOException {
    for (Iterator<ImageReader> found = ImageIO.getImageReaders(in); found.hasNext(); ) {
      ImageReader reader = found.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
    }
    throw unreadable(null);
  }

  private BufferedImage decode(ImageReader reader) throws IOException {
    int height = reader.getHeight(0);
    int width = reader.getWidth(0);
    // Before decoding, which would take memory for any size that the file claims.
    if (height != shape.height() || width != shape.width()) {
      throw refusal(
          "is %d×%d (height×width), the model's images are %s; resize it"
              .formatted(height, width, shape));
    }
    if (reader.getFormatName().equalsIgnoreCase("gif") && reader.getNumImages(true) != 1) {
      throw refusal(
          "holds %d frames; one is allowed: save each as PNG".formatted(reader.getNumImages(true)));
    }
    // Of a cut JPEG the rest comes out grey, with no more than a warning.
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    BufferedImage image = reader.read(0);
    if (!warnings.isEmpty()) {
      throw unreadable(null);
    }
    return image;
  }

  private int[] argb(BufferedImage image) {
    ColorModel model = image.getColorModel();
    if (Arrays.stream(model.getComponentSize()).anyMatch(bits -> bits > 8)) {
      throw refusal("has 16 bits a sample; 8 are allowed: save it with 8 bits");
    }
    int width = image.getWidth();
    if (!(model instanceof ComponentColorModel)) {
      return image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    }
    // Not getRGB, which takes stored grey for linear light and changes it.
    Raster raster = image.getRaster();
    int colours = model.getNumColorComponents();
    int[] argb = new int[width * image.getHeight()];
    int[] samples = new int[model.getNumComponents()];
    for (int i = 0; i < argb.length; i++) {
      raster.getPixel(i % width, i / width, samples);
      int alpha = model.hasAlpha() ? samples[colours] : 0xff;
      int green = samples[colours == 1 ? 0 : 1];
      int blue = samples[colours == 1 ? 0 : 2];
      argb[i] = alpha << 24 | samples[0] << 16 | green << 8 | blue;
    }
    return argb;
  }

  private ConfigException unreadable(Exception cause) {
    return new ConfigException(
        file + " is damaged or no picture (png, jpg, gif, bmp); save it again as PNG", cause);
  }

  private ConfigException refusal(String why) {
    return new ConfigException(file + " " + why);
  }
}
