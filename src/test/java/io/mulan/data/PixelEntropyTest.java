package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mulan.config.ImageShape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PixelEntropyTest {
  private static ImageSet pairs(byte... images) {
    return new ImageSet("pairs", new ImageShape(1, 2, 1), 2, images);
  }

  @Test
  void aCoinAndAConstantHaveHalfABitPerDimension() {
    assertEquals(0.5, new PixelEntropy(pairs((byte) 0, (byte) 1, (byte) 1, (byte) 1)).entropy());
  }

  @Test
  void levelsThatTrainingNeverSawAreSmoothed() {
    PixelEntropy pixels = new PixelEntropy(pairs((byte) 0, (byte) 0));
    // Each pixel: (1 + 1/2) / (1 + 2/2) = 3/4 for level 0, and 1/4 for level 1.
    double expected = -(Math.log(0.75) + Math.log(0.25)) / Math.log(2) / 2;
    assertEquals(expected, pixels.crossEntropy(pairs((byte) 0, (byte) 1)), 1e-12);
  }

  @Test
  void theDigitsHaveTheKnownEntropy() {
    Dataset digits = Digits.read();
    PixelEntropy pixels = new PixelEntropy(digits.train());
    assertEquals(2.41, pixels.entropy(), 0.005);
    double test = pixels.crossEntropy(digits.test());
    assertEquals(2.43, test, 0.02);
    double[] each = pixels.perImage(digits.test());
    assertEquals(test, Arrays.stream(each).average().orElseThrow(), 1e-9);
  }

  @Test
  void aSetOfAnotherShapeIsRefused() {
    PixelEntropy pixels = new PixelEntropy(pairs((byte) 0, (byte) 0));
    ImageSet single = new ImageSet("single", new ImageShape(1, 1, 1), 2, new byte[] {0});
    assertThrows(IllegalArgumentException.class, () -> pixels.crossEntropy(single));
  }
}
