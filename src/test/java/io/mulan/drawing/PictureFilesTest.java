package io.mulan.drawing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageFiles;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PictureFilesTest {
  @TempDir Path folder;

  private static ImageSet images(int count, int channels, int levels) {
    ImageShape shape = new ImageShape(8, 6, channels);
    byte[] values = new byte[count * shape.size()];
    Random random = new Random(levels);
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) random.nextInt(levels);
    }
    return new ImageSet("test", shape, levels, values);
  }

  @ParameterizedTest
  @CsvSource({"1,2", "1,17", "1,256", "3,2", "3,17", "3,256"})
  void everyImageComesBackAsItWas(int channels, int levels) {
    ImageSet images = images(3, channels, levels);
    PictureFiles.each(folder.resolve("new/folder"), images, 9);
    ImageSet back = ImageFiles.read(folder.resolve("new/folder"), images.shape(), levels);
    assertArrayEquals(images.toArray().toBytes(), back.toArray().toBytes());
  }

  @Test
  void aGridHasTheImagesWhereTheyBelong() {
    ImageSet images = images(5, 1, 256);
    BufferedImage grid = ImageGrid.of(images); // 2 rows of 3, magnified by 8
    assertEquals(2 + 3 * (6 * 8 + 2), grid.getWidth());
    assertEquals(2 + 2 * (8 * 8 + 2), grid.getHeight());
    byte[] fifth = new byte[images.shape().size()];
    images.copy(4, fifth, 0);
    int x = 2 + (6 * 8 + 2) + 3 * 8 + 5; // second column, fourth pixel
    int y = 2 + (8 * 8 + 2) + 2 * 8 + 1; // second row, third pixel
    assertEquals(fifth[2 * 6 + 3] & 0xff, grid.getRaster().getSample(x, y, 0));
    assertEquals(255, grid.getRaster().getSample(grid.getWidth() - 9, y, 0), "no sixth image");
  }

  @Test
  void rowsHaveTheirLabels() {
    ImageSet images = images(2, 3, 17);
    BufferedImage plain = ImageGrid.rows(List.of(images, images), List.of());
    BufferedImage labelled = ImageGrid.rows(List.of(images, images), List.of("T = 4", "T = 16"));
    assertEquals(plain.getHeight(), labelled.getHeight());
    assertTrue(labelled.getWidth() > plain.getWidth() + 30);
    int dark = 0;
    for (int x = 0; x < labelled.getWidth() - plain.getWidth(); x++) {
      for (int y = 0; y < 40; y++) {
        dark += labelled.getRaster().getSample(x, y, 0) < 128 ? 1 : 0;
      }
    }
    assertTrue(dark > 20, "ink of a label: " + dark);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aMovingPictureHasItsFramesAndTimes(int channels) throws IOException {
    List<BufferedImage> frames =
        Stream.of(2, 3, 4).map(levels -> ImageGrid.of(images(1, channels, levels))).toList();
    Path file = folder.resolve("a.gif");
    PictureFiles.gif(file, frames.iterator(), 7, 90);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      assertEquals(3, reader.getNumImages(true));
      for (int i = 0; i < 3; i++) {
        BufferedImage frame = reader.read(i);
        assertEquals(frames.get(i).getWidth(), frame.getWidth());
        assertEquals(frames.get(i).getHeight(), frame.getHeight());
        assertArrayEquals(samples(frames.get(i)), shown(frame, channels), "frame " + i);
        IIOMetadataNode root =
            (IIOMetadataNode) reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
        IIOMetadataNode control =
            (IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0);
        assertEquals(i == 2 ? "90" : "7", control.getAttribute("delayTime"));
        assertEquals(i == 0 ? 1 : 0, root.getElementsByTagName("ApplicationExtension").getLength());
      }
    } finally {
      reader.dispose();
    }
  }

  private static int[] samples(BufferedImage image) {
    return image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
  }

  /** The samples that a viewer shows, red first. */
  private static int[] shown(BufferedImage image, int channels) {
    int[] samples = new int[image.getWidth() * image.getHeight() * channels];
    for (int i = 0; i < samples.length; i++) {
      int pixel = i / channels;
      int rgb = image.getRGB(pixel % image.getWidth(), pixel / image.getWidth());
      samples[i] = (rgb >> (8 * (channels - 1 - i % channels))) & 0xff;
    }
    return samples;
  }

  @Test
  void aFrameIsWrittenBeforeTheNextOneIsMade() throws IOException {
    BufferedImage shared = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
    Iterator<Integer> greys = List.of(10, 20, 30).iterator();
    Iterator<BufferedImage> frames =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return greys.hasNext();
          }

          @Override
          public BufferedImage next() {
            int grey = greys.next();
            shared
                .getRaster()
                .setPixels(0, 0, 4, 4, IntStream.generate(() -> grey).limit(16).toArray());
            return shared;
          }
        };
    Path file = folder.resolve("a.gif");
    PictureFiles.gif(file, frames, 7, 90);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      for (int i = 0; i < 3; i++) {
        assertEquals(10 * (i + 1), shown(reader.read(i), 1)[0], "frame " + i);
      }
    } finally {
      reader.dispose();
    }
  }

  private static BufferedImage noise(int seed) {
    BufferedImage frame = new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY);
    frame.getRaster().setPixels(0, 0, 40, 40, new Random(seed).ints(1600, 0, 256).toArray());
    return frame;
  }

  @Test
  void aFailureLeavesNoPartOfAFile() throws IOException {
    Iterator<BufferedImage> broken = Stream.of(noise(1), (BufferedImage) null).iterator();
    assertThrows(
        RuntimeException.class, () -> PictureFiles.gif(folder.resolve("a.gif"), broken, 7, 90));
    assertEquals(List.of(), names());

    Files.createDirectories(folder.resolve("b.png/taken"));
    String message =
        assertThrows(
                ConfigException.class, () -> PictureFiles.png(folder.resolve("b.png"), noise(1)))
            .getMessage();
    assertEquals(1, message.lines().count());
    assertTrue(message.startsWith(folder.resolve("b.png") + " cannot be written: "), message);
    assertEquals(List.of("b.png"), names());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsOneLine() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    String message =
        assertThrows(
                ConfigException.class,
                () -> PictureFiles.each(folder.resolve("file"), images(1, 1, 2), 9))
            .getMessage();
    assertEquals(
        folder.resolve("file/0000.png")
            + " cannot be written: "
            + folder.resolve("file")
            + " is not a folder; name another folder with --out",
        message);
    message = assertThrows(ConfigException.class, () -> ImageGrid.of(images(1, 2, 2))).getMessage();
    assertTrue(message.contains("2 channels cannot be shown"), message);
  }

  private static ImageSet black(int side, int count) {
    return new ImageSet("black", new ImageShape(side, side, 1), 2, new byte[count * side * side]);
  }

  @Test
  void aGridOfManyShowsTheFirst() {
    BufferedImage grid = ImageGrid.of(black(8, 2000));
    assertEquals(32 * 66 + 2, grid.getWidth());
    assertEquals(32 * 66 + 2, grid.getHeight());
    ImageSet large = black(1000, 20);
    assertEquals(4 * 1002 + 2, ImageGrid.of(large).getWidth());
    assertEquals(16 * 1002 + 2, ImageGrid.rows(List.of(large), List.of()).getWidth());
    assertFalse(ImageGrid.shows(new ImageShape(5000, 5000, 1)));
  }
}
