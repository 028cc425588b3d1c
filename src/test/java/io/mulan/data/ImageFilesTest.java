package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyTest;
import io.mulan.numpy.Npz;
import io.mulan.readers.DataFiles;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.stream.FileImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {
  private static final ImageShape GREY = new ImageShape(8, 6, 1);
  private static final ImageShape COLOUR = new ImageShape(8, 6, 3);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp"})
  void aGreyPictureIsReadSampleBySample(String format) throws IOException {
    int[] samples = random(48);
    Path file = write("a." + format, format, grey(samples));
    assertArrayEquals(samples, levels(ImageFiles.read(file, GREY, 256), 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void greyPngsOfFewBitsSpreadFromBlackToWhite(int bits) throws IOException {
    BufferedImage image =
        ImageTypeSpecifier.createGrayscale(bits, DataBuffer.TYPE_BYTE, false)
            .createBufferedImage(6, 8);
    int[] samples = Arrays.stream(random(48)).map(v -> v >> (8 - bits)).toArray();
    image.getRaster().setPixels(0, 0, 6, 8, samples);
    Path file = write("a.png", "png", image);
    assertArrayEquals(samples, levels(ImageFiles.read(file, GREY, 1 << bits), 0));
  }

  @ParameterizedTest
  @CsvSource({
    "png," + BufferedImage.TYPE_INT_RGB,
    "png," + BufferedImage.TYPE_3BYTE_BGR,
    "png," + BufferedImage.TYPE_INT_ARGB,
    "png," + BufferedImage.TYPE_4BYTE_ABGR,
    "bmp," + BufferedImage.TYPE_INT_RGB
  })
  void aColourPictureIsReadRedFirst(String format, int type) throws IOException {
    int[] samples = random(48 * 3);
    BufferedImage image = new BufferedImage(6, 8, type);
    for (int i = 0; i < 48; i++) {
      int rgb = samples[3 * i] << 16 | samples[3 * i + 1] << 8 | samples[3 * i + 2];
      image.setRGB(i % 6, i / 6, 0xff000000 | rgb);
    }
    Path file = write("a." + format, format, image);
    assertArrayEquals(samples, levels(ImageFiles.read(file, COLOUR, 256), 0));
  }

  @Test
  void colourOfEqualChannelsIsGreyAndGreyIsRepeatedOverChannels() throws IOException {
    int[] samples = random(48);
    BufferedImage image = new BufferedImage(6, 8, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 48; i++) {
      image.setRGB(i % 6, i / 6, 0xff000000 | samples[i] * 0x010101);
    }
    Path colour = write("colour.png", "png", image);
    assertArrayEquals(samples, levels(ImageFiles.read(colour, GREY, 256), 0));
    Path grey = write("grey.png", "png", grey(samples));
    int[] repeated =
        Arrays.stream(samples).flatMap(v -> Arrays.stream(new int[] {v, v, v})).toArray();
    assertArrayEquals(repeated, levels(ImageFiles.read(grey, COLOUR, 256), 0));
  }

  @Test
  void otherPicturesAreFittedLikeThoseOfTheRun() throws IOException {
    BufferedImage image = new BufferedImage(12, 16, BufferedImage.TYPE_INT_ARGB); // transparent
    Path file = write("a.png", "png", image);
    DataConfig config =
        DataFiles.config(
            Kind.IMAGES, folder, "data.background=white", "data.grey=true", "data.fit=resize");
    int[] white = new int[48];
    Arrays.fill(white, 255);
    assertArrayEquals(white, levels(ImageFiles.read(file, GREY, config), 0));
  }

  @Test
  void aJpegIsRead() throws IOException {
    int[] samples = new int[48];
    Arrays.fill(samples, 77);
    Path file = write("a.JPG", "jpeg", grey(samples));
    assertArrayEquals(samples, levels(ImageFiles.read(file, GREY, 256), 0));
  }

  @Test
  void samplesBecomeTheNearestLevels() throws IOException {
    int[] samples = new int[48];
    samples[0] = 255;
    samples[1] = 16; // one level of 17
    samples[2] = 23;
    samples[3] = 24;
    int[] expected = new int[48];
    expected[0] = 16;
    expected[1] = 1;
    expected[2] = 1;
    expected[3] = 2;
    Path file = write("a.png", "png", grey(samples));
    assertArrayEquals(expected, levels(ImageFiles.read(file, GREY, 17), 0));
  }

  @Test
  void aFoldersOwnPicturesAreReadByName() throws IOException {
    for (String name : new String[] {"b.png", "a.PNG", "c.png"}) {
      int[] samples = new int[48];
      samples[0] = name.charAt(0);
      write(name, "png", grey(samples));
    }
    Files.writeString(folder.resolve("notes.txt"), "no picture");
    Path below = Files.createDirectory(folder.resolve("below.png"));
    Files.copy(folder.resolve("b.png"), below.resolve("d.png"));
    ImageSet images = ImageFiles.read(folder, GREY, 256);
    assertEquals(3, images.count());
    assertEquals(folder.toString(), images.name());
    for (int i = 0; i < 3; i++) {
      assertEquals('a' + i, levels(images, i)[0]);
    }
  }

  @Test
  void arraysHoldLevelsAsTheyAre() {
    int[] samples = Arrays.stream(random(96)).map(v -> v % 17).toArray();
    NpyArray three = array(samples, 2, 8, 6);
    NpyArray four = array(samples, 2, 8, 6, 1);
    Path npy = folder.resolve("a.npy");
    for (NpyArray array : new NpyArray[] {three, four}) {
      Npy.write(npy, array);
      assertBoth(samples, ImageFiles.read(npy, GREY, 17));
    }
    Path npz = folder.resolve("a.npz");
    Npz.write(npz, Map.of("x", four));
    assertBoth(samples, ImageFiles.read(npz, GREY, 17));
    Npz.write(npz, Map.of("labels", array(new int[2], 2), "images", three));
    assertBoth(samples, ImageFiles.read(npz, GREY, 17));
  }

  @Test
  void classesAreNextToImagesOrInAFileOfTheirOwn() {
    Path npz = folder.resolve("a.npz");
    NpyArray images = array(new int[96], 2, 8, 6);
    Npz.write(npz, Map.of("images", images, "labels", NpyArray.of(new long[] {3, 1}, 2)));
    assertTrue(ImageFiles.hasLabels(npz));
    ImageSet read = ImageFiles.read(npz, GREY, 17);
    assertTrue(read.labels().isEmpty(), "a model that is not conditioned on classes needs none");
    int[] classes = {3, 1};
    assertArrayEquals(classes, ImageFiles.labelled(read, npz).labels().orElseThrow());
    Path alone = folder.resolve("c.npy");
    Npy.write(alone, array(classes, 2));
    assertArrayEquals(classes, ImageFiles.labelled(read, alone).labels().orElseThrow());
    Npz.write(npz, Map.of("images", images));
    assertFalse(ImageFiles.hasLabels(npz));
    assertFalse(ImageFiles.hasLabels(alone));
    assertArrayEquals(new int[] {7, 7}, read.labelled(7).labels().orElseThrow());
  }

  @Test
  void classesThatAreNotOneForEachImageAreRefused() {
    ImageSet two = new ImageSet("two", GREY, 17, new byte[96]);
    Map<NpyArray, String> refusals =
        Map.of(
            NpyArray.of(new int[3], 3),
            " has shape [3], but the classes of 2 images have shape [2]; give one for each image",
            NpyArray.of(new int[] {0, 1, 1, 0}, 2, 2),
            " has shape [2, 2], but the classes of 2 images have shape [2]; give one for each image (one-hot: y.argmax(axis=1) in NumPy)",
            NpyArray.of(new int[] {1, 1, 1, 0}, 2, 2),
            " has shape [2, 2], but the classes of 2 images have shape [2]; give one for each image (images of several classes at once: leave the array out)",
            NpyArray.of(new int[] {1, -2}, 2),
            ": class -2 of image 1 is not from 0 to 1000000",
            NpyArray.of(new float[2], 2),
            " holds f4; classes are whole numbers from 0 on: save them as astype(\"int64\") in NumPy");
    Path file = folder.resolve("labels.npy");
    refusals.forEach(
        (labels, message) -> {
          Npy.write(file, labels);
          ConfigException e =
              assertThrows(ConfigException.class, () -> ImageFiles.labelled(two, file));
          assertEquals(file + message, e.getMessage());
        });
    Path missing = folder.resolve("missing.npz");
    ConfigException e =
        assertThrows(ConfigException.class, () -> ImageFiles.labelled(two, missing));
    assertTrue(e.getMessage().startsWith("cannot read " + missing), e::getMessage);
  }

  private static void assertBoth(int[] samples, ImageSet images) {
    assertEquals(2, images.count());
    assertArrayEquals(Arrays.copyOf(samples, 48), levels(images, 0));
    assertArrayEquals(Arrays.copyOfRange(samples, 48, 96), levels(images, 1));
  }

  /** Each name, made by {@link #make}, and what its refusal says after the path. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          missing      | is not a file or folder; give a picture (png, jpg, webp, gif, bmp), a folder of pictures, or a .npy or .npz file
          empty        | has no picture (png, jpg, webp, gif, bmp) directly in it; put pictures there, or give another folder
          text.png     | is damaged or not a picture (png, jpg, webp, gif, bmp); save it again as PNG
          nothing.png  | is damaged or not a picture (png, jpg, webp, gif, bmp); save it again as PNG
          cut.png      | is damaged or not a picture (png, jpg, webp, gif, bmp); save it again as PNG
          cut.jpg      | is damaged or not a picture (png, jpg, webp, gif, bmp); save it again as PNG
          bomb.png     | is 100000×100000 (height×width), the model's images are 8×6×1; resize it
          large.png    | is 10×12 (height×width), the model's images are 8×6×1; resize it
          deep.png     | has 16 bits a sample; 8 are allowed: save it with 8 bits
          colour.png   | is in colour, the model's images are 8×6×1, grey; convert it to grey
          clear.png    | is transparent in places; save it without transparency (of a data set, data.background lays it over a colour)
          clear.gif    | is transparent in places; save it without transparency (of a data set, data.background lays it over a colour)
          moving.gif   | holds 2 frames; one is allowed: save each as PNG
          floats.npy   | holds elements of type f4; levels are u1: save x.astype("uint8") in NumPy (seen: 0 to 0)
          shape.npy    | has shape [2, 6, 8]; images 8×6×1 need [N, 8, 6, 1], the last 1 may be left out, and at least one image: reshape it
          none.npy     | has shape [0, 8, 6, 1]; images 8×6×1 need [N, 8, 6, 1], the last 1 may be left out, and at least one image: reshape it
          levels.npy   | : image 1 has a pixel of value 17; with 17 levels 0 to 16 are allowed; arrays hold levels, not grey values: scale them
          several.npz  | holds 2 arrays, none of them named images; save the images under that name
          shape.npz    | , array images has shape [2, 6, 8]; images 8×6×1 need [N, 8, 6, 1], the last 1 may be left out, and at least one image: reshape it
          """)
  void aRefusalSaysWhatToDoInOneLine(String name, String message) throws IOException {
    Path path = make(name);
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> ImageFiles.read(path, GREY, 17));
    String space = message.startsWith(",") || message.startsWith(":") ? "" : " ";
    assertEquals(path + space + message, refusal.getMessage());
  }

  @Test
  void onlyArraysHaveOtherNumbersOfChannels() throws IOException {
    Path file = make("colour.png");
    ConfigException refusal =
        assertThrows(
            ConfigException.class, () -> ImageFiles.read(file, new ImageShape(8, 6, 2), 17));
    NpyTest.assertOneLineNaming(file, refusal);
    assertTrue(refusal.getMessage().contains("8×6×2"), refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp", "jpeg"})
  void aTruncatedPictureIsReadWholeOrRefused(String format) throws IOException {
    Path file = write("a." + format, format, grey(random(48)));
    int[] whole = levels(ImageFiles.read(file, GREY, 256), 0);
    int refused = 0;
    for (long length = Files.size(file) - 1; length >= 0; length--) {
      cut(file, 1);
      try {
        assertArrayEquals(whole, levels(ImageFiles.read(file, GREY, 256), 0));
      } catch (ConfigException refusal) {
        refused++;
      }
    }
    assertTrue(refused > 40, refused + " refused");
  }

  /** No cut or flipped byte brings anything but images or a refusal of one line. */
  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp", "jpeg"})
  void damagedPicturesAreRefusedOrRead(String format) throws IOException {
    Path whole = write("whole." + format, format, grey(random(48)));
    byte[] bytes = Files.readAllBytes(whole);
    SplittableRandom random = new SplittableRandom(5);
    Path file = folder.resolve("damaged." + format);
    for (int i = 0; i < 400; i++) {
      byte[] damaged =
          i % 2 == 0 ? bytes.clone() : Arrays.copyOf(bytes, random.nextInt(bytes.length));
      for (int flips = 0; flips < i % 4 && damaged.length > 0; flips++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, damaged);
      try {
        assertEquals(1, ImageFiles.read(file, GREY, 17).count());
      } catch (ConfigException refusal) {
        NpyTest.assertOneLineNaming(file, refusal);
      }
    }
  }

  private Path make(String name) throws IOException {
    Path path = folder.resolve(name);
    return switch (name) {
      case "missing" -> path;
      case "empty" -> {
        Files.createDirectory(path);
        yield Files.writeString(path.resolve("notes.txt"), "no picture").getParent();
      }
      case "text.png" -> Files.writeString(path, "no picture");
      case "nothing.png" -> Files.createFile(path);
      case "cut.png" -> cut(write(name, "png", grey(random(48))), 30);
      case "cut.jpg" -> cut(write(name, "jpeg", grey(random(48))), 20);
      case "bomb.png" -> Files.write(path, header(100_000, 100_000));
      case "large.png" ->
          write(name, "png", new BufferedImage(12, 10, BufferedImage.TYPE_BYTE_GRAY));
      case "deep.png" ->
          write(name, "png", new BufferedImage(6, 8, BufferedImage.TYPE_USHORT_GRAY));
      case "colour.png" -> {
        BufferedImage image = new BufferedImage(6, 8, BufferedImage.TYPE_INT_RGB);
        image.setRGB(5, 7, 0x000100);
        yield write(name, "png", image);
      }
      case "clear.png" -> write(name, "png", new BufferedImage(6, 8, BufferedImage.TYPE_INT_ARGB));
      case "clear.gif" -> {
        byte[] grey = {0, -1};
        IndexColorModel palette = new IndexColorModel(1, 2, grey, grey, grey, 0);
        yield write(name, "gif", new BufferedImage(6, 8, BufferedImage.TYPE_BYTE_BINARY, palette));
      }
      case "moving.gif" -> twoFrames(path);
      case "floats.npy" -> npy(path, NpyArray.of(new float[48], 1, 8, 6));
      case "shape.npy" -> npy(path, array(new int[96], 2, 6, 8));
      case "none.npy" -> npy(path, array(new int[0], 0, 8, 6, 1));
      case "levels.npy" -> {
        int[] levels = new int[96];
        levels[50] = 17;
        yield npy(path, array(levels, 2, 8, 6));
      }
      case "several.npz" -> {
        Npz.write(path, Map.of("a", array(new int[48], 1, 8, 6), "b", array(new int[1], 1)));
        yield path;
      }
      case "shape.npz" -> {
        Npz.write(path, Map.of("images", array(new int[96], 2, 6, 8)));
        yield path;
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Path npy(Path path, NpyArray array) {
    Npy.write(path, array);
    return path;
  }

  private static Path cut(Path file, int bytes) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    return Files.write(file, Arrays.copyOf(whole, whole.length - bytes));
  }

  /** A PNG's signature and head of a grey image; no pixel follows. */
  private static byte[] header(int width, int height) {
    ByteBuffer head = ByteBuffer.allocate(17).put("IHDR".getBytes(StandardCharsets.US_ASCII));
    head.putInt(width).putInt(height).put(new byte[] {8, 0, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(head.array());
    return ByteBuffer.allocate(33)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})
        .putInt(13)
        .put(head.array())
        .putInt((int) crc.getValue())
        .array();
  }

  private static Path twoFrames(Path path) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (FileImageOutputStream out = new FileImageOutputStream(path.toFile())) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      writer.writeToSequence(new IIOImage(grey(random(48)), null, null), null);
      writer.writeToSequence(new IIOImage(grey(random(48)), null, null), null);
      writer.endWriteSequence();
    }
    return path;
  }

  private Path write(String name, String format, BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, bytes));
    return Files.write(folder.resolve(name), bytes.toByteArray());
  }

  private static BufferedImage grey(int[] samples) {
    BufferedImage image = new BufferedImage(6, 8, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setPixels(0, 0, 6, 8, samples);
    return image;
  }

  private static NpyArray array(int[] values, int... shape) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return NpyArray.of(bytes, shape);
  }

  private static int[] levels(ImageSet images, int index) {
    byte[] bytes = new byte[images.shape().size()];
    images.copy(index, bytes, 0);
    int[] levels = new int[bytes.length];
    Arrays.setAll(levels, i -> bytes[i] & 0xff);
    return levels;
  }

  private static int[] random(int count) {
    return new SplittableRandom(3).ints(count, 0, 256).toArray();
  }
}
