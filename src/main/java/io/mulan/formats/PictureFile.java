package io.mulan.formats;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Background;
import io.mulan.config.DataConfig.Fit;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.files.HeapShare;
import io.mulan.files.IoReason;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;

/**
 * One picture of 8 bits a sample that is to be an image of this shape.
 *
 * @param name as the user named it, for messages
 * @param rules what is done with a picture of another shape
 */
public record PictureFile(String name, Content content, ImageShape shape, PictureRules rules) {
  /** What is read, for messages. */
  public static final String KINDS = "png, jpg, webp, gif, bmp";

  private static final Set<String> FORMATS = Set.of("png", "jpeg", "webp", "gif", "bmp");

  private static final Set<String> CAN_MOVE = Set.of("webp", "gif");

  private static final Set<String> EXTENSIONS =
      Set.of("png", "jpg", "jpeg", "jpe", "jfif", "webp", "gif", "bmp");

  /** Extensions of pictures that are common but not read. */
  private static final Set<String> OTHER_EXTENSIONS =
      Set.of(
          "tif", "tiff", "avif", "heic", "heif", "jp2", "j2k", "jxl", "svg", "ppm", "pgm", "pbm",
          "pnm", "tga", "psd", "exr", "dng", "cr2", "nef", "arw", "dcm", "ico");

  /** A larger picture to be scaled is refused before it takes memory. */
  private static final long MOST_PIXELS = 1L << 26;

  /** One bit each, as densely as deflate can. */
  private static final int MOST_PIXELS_OF_A_BYTE = 8 * 1032;

  /** Decoded, and once more as alpha, red, green, blue. */
  private static final int BYTES_OF_A_PIXEL = 8;

  /** The size of the largest uncompressed one that is read; larger files are not read. */
  private static final int MOST_BYTES = 1 << 28;

  /** Where the head of a JPEG usually ends. */
  private static final int HEAD_BYTES = 1 << 18;

  /** What decoders say of bytes that no pixel needs. */
  private static final String STRAY_BYTES = "extraneous bytes";

  /** Where the bytes come from. */
  @FunctionalInterface
  public interface Content {

    /** The first bytes, so many or all. */
    byte[] first(int most) throws IOException;

    /** Bytes that are there. */
    static Content of(byte[] bytes) {
      return most -> most < bytes.length ? Arrays.copyOf(bytes, most) : bytes;
    }

    /** Those of a file. */
    static Content of(Path file) {
      return most -> {
        try (InputStream in = Files.newInputStream(file)) {
          return in.readNBytes(most);
        }
      };
    }
  }

  /**
   * What a picture would be as it is seen, by what stands before its pixels.
   *
   * @param grey whether it is stored without colours
   */
  public record Head(int height, int width, boolean grey) {}

  /** Whether a file is called as a picture that is read. */
  public static boolean isNamed(String name) {
    return EXTENSIONS.contains(FoundFiles.extension(name));
  }

  /** Whether a file is called as a picture that is not read. */
  public static boolean isOfOtherKind(String name) {
    return OTHER_EXTENSIONS.contains(FoundFiles.extension(name));
  }

  /**
   * @throws ConfigException if no picture can be such an image
   */
  public PictureFile {
    if (!shape.isPicture()) {
      throw new ConfigException(
          ("%s is a picture, which has 1 or 3 channels, but the model's images are %s;"
                  + " give a .npy or .npz file")
              .formatted(name, shape));
    }
  }

  /** A file that has to be such an image as it is. */
  public PictureFile(Path file, ImageShape shape) {
    this(file, shape, PictureRules.NONE);
  }

  /** A file. */
  public PictureFile(Path file, ImageShape shape, PictureRules rules) {
    this(file.toString(), Content.of(file), shape, rules);
  }

  /** The head of a picture. */
  public static Head head(String name, Content content) {
    return new PictureFile(name, content, new ImageShape(1, 1, 3), PictureRules.NONE).head();
  }

  private Head head() {
    byte[] start = bytes(HEAD_BYTES);
    if (JpegHead.is(start)) {
      JpegHead jpeg = JpegHead.of(start);
      if (jpeg.bits() == 0) {
        jpeg = JpegHead.of(bytes(MOST_BYTES));
      }
      if (jpeg.bits() == 0) {
        throw unreadable(null);
      }
      return seen(jpeg.height(), jpeg.width(), jpeg.components() == 1, jpeg.orientation());
    }
    return reading(
        (reader, orientation) -> {
          requireSize(reader.getHeight(0), reader.getWidth(0));
          requireHeld(reader);
          ImageTypeSpecifier stored = reader.getRawImageType(0);
          return seen(
              reader.getHeight(0),
              reader.getWidth(0),
              stored != null && stored.getColorModel().getNumColorComponents() == 1,
              orientation);
        });
  }

  private Head seen(int height, int width, boolean grey, Orientation orientation) {
    requireSize(height, width);
    return orientation.isTurned() ? new Head(width, height, grey) : new Head(height, width, grey);
  }

  /** Whether a pixel of a picture has a colour that is not grey. */
  public static boolean hasColour(String name, Content content, PictureRules rules) {
    PictureFile file = new PictureFile(name, content, new ImageShape(1, 1, 3), rules);
    return file.reading(
        (reader, orientation) -> {
          for (int stored : file.argb(file.decode(reader))) {
            int pixel = file.laid(stored);
            if ((pixel >> 16 & 0xff) != (pixel & 0xff) || (pixel >> 8 & 0xff) != (pixel & 0xff)) {
              return true;
            }
          }
          return false;
        });
  }

  /** Writes the levels of all pixels [H,W,C] to {@code target} from {@code offset} on. */
  public void copy(GreyScale scale, byte[] target, int offset) {
    int at = offset;
    for (int pixel : reading(this::pixels)) {
      int red = pixel >> 16 & 0xff;
      int green = pixel >> 8 & 0xff;
      int blue = pixel & 0xff;
      if (shape.channels() == 1) {
        if (!rules.grey() && (red != green || green != blue)) {
          throw refusal(
              "is in colour, the model's images are " + shape + ", grey; convert it to grey");
        }
        target[at++] = (byte) scale.level(luma(red, green, blue));
      } else {
        target[at++] = (byte) scale.level(red);
        target[at++] = (byte) scale.level(green);
        target[at++] = (byte) scale.level(blue);
      }
    }
  }

  /** ITU-R BT.601, in whole numbers as PIL computes it; of a grey pixel its sample. */
  private static int luma(int red, int green, int blue) {
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }

  /** What is done with a picture. */
  private interface Use<T> {
    T of(ImageReader reader, Orientation orientation) throws IOException;
  }

  private <T> T reading(Use<T> use) {
    byte[] file = bytes(MOST_BYTES);
    if (isCutWebp(file)) {
      throw unreadable(null);
    }
    requireStill(file);
    Orientation orientation = Orientation.ofChunks(file);
    if (JpegHead.is(file)) {
      JpegHead jpeg = JpegHead.of(file);
      requireReadable(jpeg);
      orientation = jpeg.orientation();
      file = jpeg.decodable();
    }
    try (ImageInputStream in = new ByteArrayImageInputStream(file)) {
      ImageReader reader = reader(in);
      try {
        // Without metadata: a short file can unpack to any amount of it.
        reader.setInput(in, false, true);
        return use.of(reader, orientation);
      } finally {
        reader.dispose();
      }
    } catch (ConfigException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // decoders throw anything at a damaged file
      throw unreadable(e);
    }
  }

  /** The decoder takes minutes to fill in missing data. */
  private static boolean isCutWebp(byte[] file) {
    if (file.length < 12 || file[0] != 'R' || file[1] != 'I' || file[8] != 'W' || file[9] != 'E') {
      return false;
    }
    int bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    return Integer.toUnsignedLong(bytes) > file.length - 8L;
  }

  /** The decoder takes the first picture of an animated PNG for all. */
  private void requireStill(byte[] file) {
    int frames =
        FileChunk.find(file, "acTL", "acTL")
            .filter(control -> control.length() >= Integer.BYTES)
            .map(control -> ByteBuffer.wrap(file).getInt(control.start()))
            .orElse(1);
    requireOne(frames);
  }

  private void requireOne(int frames) {
    if (frames != 1) {
      throw refusal("holds %d frames; one is allowed: save each as PNG".formatted(frames));
    }
  }

  private void requireReadable(JpegHead jpeg) {
    if (jpeg.bits() > 8) {
      throw refusal(
          "has %d bits a sample; 8 are allowed: save it with 8 bits".formatted(jpeg.bits()));
    }
    if (jpeg.components() > 3) {
      throw refusal("has four colours a pixel (CMYK); convert it to RGB");
    }
  }

  private byte[] bytes(int most) {
    try {
      byte[] bytes = content.first(most);
      if (bytes.length == MOST_BYTES) {
        throw refusal("has more than the %d MiB that a picture may have".formatted(most >> 20));
      }
      return bytes;
    } catch (IOException e) {
      throw new ConfigException("cannot read " + name + ": " + IoReason.of(e), e);
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

  /** All pixels, row by row, as alpha, red, green, blue. */
  private int[] pixels(ImageReader reader, Orientation orientation) throws IOException {
    boolean turned = orientation.isTurned();
    int height = turned ? reader.getWidth(0) : reader.getHeight(0);
    int width = turned ? reader.getHeight(0) : reader.getWidth(0);
    boolean same = height == shape.height() && width == shape.width();
    // Before decoding, which would take memory for any size that the file claims.
    if (!same && rules.fit() == Fit.EXACT) {
      throw refusal(
          "is %d×%d (height×width), the model's images are %s; resize it"
              .formatted(height, width, shape));
    }
    int[] argb = argb(decode(reader));
    for (int i = 0; i < argb.length; i++) {
      argb[i] = laid(argb[i]);
      if (argb[i] >>> 24 != 0xff) {
        throw refusal(
            "is transparent in places; save it without transparency (of a data set, data.background lays it over a colour)");
      }
    }
    int[] seen = orientation.applied(argb, reader.getWidth(0), reader.getHeight(0));
    return same ? seen : PictureScaling.of(rules.fit(), seen, width, height, shape);
  }

  /** A pixel over the background, rounded as by Pillow; the same, if there is none. */
  private int laid(int pixel) {
    int alpha = pixel >>> 24;
    if (alpha == 0xff || rules.background() == Background.NONE) {
      return pixel;
    }
    int behind =
        switch (rules.background()) {
          case NONE, BLACK -> 0;
          case GREY -> 128;
          case WHITE -> 255;
        };
    int laid = 0xff;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int level = (pixel >> shift & 0xff) * alpha + behind * (0xff - alpha);
      laid = laid << 8 | (level + 127) / 255;
    }
    return laid;
  }

  private void requireSize(int height, int width) {
    if ((long) height * width > MOST_PIXELS) {
      throw refusal(
          "is %d×%d (height×width), more than the %d megapixels that are read; make it smaller"
              .formatted(height, width, MOST_PIXELS >> 20));
    }
  }

  private BufferedImage decode(ImageReader reader) throws IOException {
    int height = reader.getHeight(0);
    int width = reader.getWidth(0);
    requireSize(height, width);
    requireHeld(reader);
    HeapShare.require(name, (long) height * width * BYTES_OF_A_PIXEL);
    int frames =
        CAN_MOVE.contains(reader.getFormatName().toLowerCase(Locale.ROOT))
            ? reader.getNumImages(true)
            : 1;
    requireOne(frames);
    // The rest of a cut JPEG comes out grey, with no more than a warning.
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    BufferedImage image = reader.read(0);
    if (warnings.stream().anyMatch(warning -> !warning.contains(STRAY_BYTES))) {
      throw unreadable(null);
    }
    return image;
  }

  /** Checks before memory is allocated for pixels that a file claims to have, but cannot have. */
  private void requireHeld(ImageReader reader) throws IOException {
    long pixels = (long) reader.getHeight(0) * reader.getWidth(0);
    if (reader.getInput() instanceof ImageInputStream in
        && pixels / MOST_PIXELS_OF_A_BYTE > in.length()) {
      throw refusal("says that it has " + pixels + " pixels, more than its bytes can hold");
    }
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
    int bands = model.getNumComponents();
    int[] row = new int[width * bands];
    for (int i = 0; i < argb.length; i++) {
      if (i % width == 0) {
        raster.getPixels(0, i / width, width, 1, row);
      }
      int at = i % width * bands;
      int alpha = model.hasAlpha() ? row[at + colours] : 0xff;
      int green = row[at + (colours == 1 ? 0 : 1)];
      int blue = row[at + (colours == 1 ? 0 : 2)];
      argb[i] = alpha << 24 | row[at] << 16 | green << 8 | blue;
    }
    return argb;
  }

  private ConfigException unreadable(Exception cause) {
    return new ConfigException(
        name + " is damaged or not a picture (" + KINDS + "); save it again as PNG", cause);
  }

  private ConfigException refusal(String why) {
    return new ConfigException(name + " " + why);
  }

  /**
   * What becomes of pictures that are not as images are to be.
   *
   * @param fit those of another size
   * @param grey whether coloured ones become grey, where images have one channel
   * @param background what transparent ones are laid over
   */
  public record PictureRules(Fit fit, boolean grey, Background background) {

    /** All others are refused. */
    public static final PictureRules NONE = new PictureRules(Fit.EXACT, false, Background.NONE);

    public static PictureRules of(DataConfig config) {
      return new PictureRules(config.fit(), config.grey(), config.background());
    }
  }
}
