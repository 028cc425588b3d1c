package io.mulan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ImageShapeTest {
  @Test
  void sizesAreProducts() {
    assertEquals(3072, new ImageShape(32, 32, 3).size());
    assertEquals(50_000 * 3072, new ImageShape(32, 32, 3).bytes(50_000));
    assertEquals(0, new ImageShape(0, 5, 1).bytes(3));
  }

  @ParameterizedTest
  @CsvSource({
    "32, 32, 3, 1000000",
    "65536, 65536, 1, 1",
    "65536, 32768, 2, 1",
    "2147483647, 2147483647, 2147483647, 2147483647"
  })
  void sizesBeyondAnArrayAreRefusedInOneLine(int height, int width, int channels, int count) {
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> new ImageShape(height, width, channels).bytes(count));
    assertEquals(1, refused.getMessage().lines().count());
    assertTrue(refused.getMessage().contains("2 GiB"), refused.getMessage());
  }
}
