package io.mulan.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigException;
import io.mulan.config.ImageShape;
import io.mulan.data.ImageFiles;
import io.mulan.data.ImageSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    PictureFiles.each(folder.resolve("new/folder"), images);
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

  @Test
  void aMovingPictureHasItsFramesAndTimes() throws IOException {
    List<BufferedImage> frames =
        Stream.of(2, 3, 4).map(levels -> ImageGrid.of(images(1, 1, levels))).toList();
    Path file = folder.resolve("a.gif");
    PictureFiles.gif(file, frames, 7, 90);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      assertEquals(3, reader.getNumImages(true));
      for (int i = 0; i < 3; i++) {
        BufferedImage frame = reader.read(i);
        assertEquals(frames.get(i).getWidth(), frame.getWidth());
        BufferedImage grey = frames.get(i);
        int[] expected =
            grey.getRaster().getSamples(0, 0, grey.getWidth(), grey.getHeight(), 0, (int[]) null);
        assertArrayEquals(expected, shown(frame), "frame " + i);
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

  /** Grey as a viewer shows it. */
  private static int[] shown(BufferedImage image) {
    int[] samples = new int[image.getWidth() * image.getHeight()];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = image.getRGB(i % image.getWidth(), i / image.getWidth()) & 0xff;
    }
    return samples;
  }

  @Test
  void aChartHasInkWhereTheLineIs() {
    BufferedImage chart =
        LineChart.of("title", "x", "y", List.of(1.0, 10.0), List.of(1.0, 2.0), List.of(0.1, 0.1));
    int blue = 0;
    for (int i = 0; i < chart.getWidth() * chart.getHeight(); i++) {
      blue += chart.getRGB(i % chart.getWidth(), i / chart.getWidth()) == 0xff0072b2 ? 1 : 0;
    }
    assertTrue(blue > 300, "pixels of the line: " + blue);
  }

  @Test
  void whatCantBeWrittenIsSaidInALine() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    String message =
        assertThrows(
                ConfigException.class,
                () -> PictureFiles.each(folder.resolve("file/below"), images(1, 1, 2)))
            .getMessage();
    assertTrue(message.contains("below/0000.png can't be written"), message);
    message = assertThrows(ConfigException.class, () -> ImageGrid.of(images(1, 2, 2))).getMessage();
    assertTrue(message.contains("2 channels can't be shown"), message);
  }
}
