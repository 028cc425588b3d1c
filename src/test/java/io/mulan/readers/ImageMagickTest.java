package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pictures that ImageMagick wrote are read as ImageMagick reads them: {@code
 * data/make_imagemagick.sh}.
 */
class ImageMagickTest {
  private static final int PIXELS = 13 * 10;

  private static Path file(String name) {
    return DataFiles.path("imagemagick").resolve(name);
  }

  private static byte[] read(String name, int channels) {
    byte[] levels = new byte[PIXELS * channels];
    ImageShape shape = new ImageShape(10, 13, channels);
    new PictureFile(file(name), shape).copy(new GreyScale(256), levels, 0);
    return levels;
  }

  /** Red, green and blue of each pixel, row by row. */
  private static byte[] expected(String name) throws IOException {
    return Files.readAllBytes(file(name + ".rgb"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.png",
        "interlaced.png",
        "opaque.png",
        "palette.png",
        "grey.png",
        "grey-4.png",
        "black-and-white.png",
        "colour.gif",
        "interlaced.gif",
        "grey.gif",
        "rgb.bmp",
        "version-5.bmp",
        "palette.bmp",
        "grey.bmp"
      })
  void losslessOnesAreTheSameByteForByte(String name) throws IOException {
    assertArrayEquals(expected(name), read(name, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"grey.png", "grey-4.png", "black-and-white.png", "grey.gif", "grey.bmp"})
  void greyOnesAreOneChannel(String name) throws IOException {
    byte[] colour = expected(name);
    byte[] grey = read(name, 1);
    for (int i = 0; i < PIXELS; i++) {
      assertEquals(colour[3 * i], grey[i]);
    }
  }

  /**
   * The standard leaves the rounding of the cosine transform and of the change of colours to the
   * decoder: each may be one level off. Colours are not subsampled here; how they would be
   * interpolated is left to the decoder, too.
   */
  @ParameterizedTest
  @ValueSource(strings = {"colour.jpg", "progressive.jpg", "grey.jpg"})
  void jpegsAreTheSameToWithinTheRoundingOfDecoders(String name) throws IOException {
    byte[] expected = expected(name);
    byte[] read = read(name, 3);
    for (int i = 0; i < expected.length; i++) {
      int apart = Math.abs((expected[i] & 0xff) - (read[i] & 0xff));
      assertTrue(apart <= 2, "sample " + i + " is " + apart + " levels off");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "deep.png, has 16 bits a sample",
    "deep-grey.png, has 16 bits a sample",
    "alpha.png, is transparent in places",
    "moving.gif, holds 2 frames",
    "cmyk.jpg, has four colours a pixel (CMYK)"
  })
  void imagesOfOtherThanEightBitsAreRefused(String name, String why) {
    ConfigException e = assertThrows(ConfigException.class, () -> read(name, 3));
    assertTrue(e.getMessage().startsWith(file(name) + " " + why), e::getMessage);
  }
}
