package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.DataConfig.View;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.numpy.NpyArray;
import io.mulan.readers.DataFiles;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ViewedImagesTest {
  private static final int SIZE = 32 * 32 * 3;
  private static final int HALF = SIZE / 2;

  private static DataConfig cifar10(boolean flip, View view) {
    return DataFiles.config(
        Kind.CIFAR10,
        DataFiles.path("cifar-10-binary.tar.gz"),
        "data.flip=" + flip,
        "data.view=" + view.name().toLowerCase(Locale.ROOT));
  }

  private static byte[] all(View view) {
    return Datasets.open(cifar10(false, view)).train().toArray().toBytes();
  }

  @Test
  void theIntensitySplitGoesByClasses() {
    byte[] whole = all(View.WHOLE);
    byte[] seen = all(View.INTENSITY);
    int[] labels = Datasets.open(cifar10(false, View.WHOLE)).train().labels().orElseThrow();
    byte[] grey = new byte[HALF];
    Arrays.fill(grey, (byte) 127);
    for (int i = 0; i < labels.length; i++) {
      byte[] upper = Arrays.copyOfRange(seen, i * SIZE, i * SIZE + HALF);
      byte[] lower = Arrays.copyOfRange(seen, i * SIZE + HALF, (i + 1) * SIZE);
      int kept = i * SIZE + (labels[i] < 5 ? HALF : 0);
      assertArrayEquals(grey, labels[i] < 5 ? upper : lower);
      assertArrayEquals(
          Arrays.copyOfRange(whole, kept, kept + HALF), labels[i] < 5 ? lower : upper);
    }
  }

  @Test
  void theIntensitySplitIsRefusedWithoutClasses() {
    DataConfig none = DataFiles.config(Kind.NPY, DataFiles.path("numpy"), "data.view=intensity");
    assertTrue(
        assertThrows(ConfigException.class, () -> Datasets.open(none))
            .getMessage()
            .contains("data.view is intensity"));
  }

  @Test
  void frequenciesAreAsTheFilterOfThePublishedWorkSplitsThem() {
    NpyArray low = DataFiles.expected("cifar10_low");
    byte[] expected = low.toBytes();
    byte[] seen = all(View.FREQUENCY_LOW);
    for (int i = 0; i < seen.length; i++) {
      assertTrue(Math.abs((expected[i] & 0xff) - (seen[i] & 0xff)) <= 1, "at " + i);
    }
    byte[] whole = all(View.WHOLE);
    byte[] high = all(View.FREQUENCY_HIGH);
    byte[] halves = all(View.FREQUENCY_HALVES);
    byte[] both = all(View.FREQUENCY_BOTH);
    for (int i = 0; i < whole.length; i++) {
      int left = Math.max(0, (whole[i] & 0xff) - (seen[i] & 0xff));
      assertEquals(left, high[i] & 0xff);
      assertEquals(i % SIZE < HALF ? seen[i] : high[i], halves[i]);
      int pair = i / SIZE * 2 * SIZE + i % SIZE;
      assertEquals(seen[i], both[pair]);
      assertEquals(high[i], both[pair + SIZE]);
    }
    assertEquals(
        new ImageShape(64, 32, 3), Datasets.shape(cifar10(false, View.FREQUENCY_BOTH)).image());
  }

  @Test
  void aFlatImageIsAllLowFrequency() {
    byte[] flat = new byte[SIZE];
    Arrays.fill(flat, (byte) 200);
    assertArrayEquals(flat, new LowPass(new ImageShape(32, 32, 3)).of(flat));
  }

  @Test
  void halfOfTheTrainingImagesAreMirroredByPositionAlone() {
    ImageSet plain = Datasets.open(cifar10(false, View.WHOLE)).train();
    Dataset flipping = Datasets.open(cifar10(true, View.WHOLE));
    assertArrayEquals(
        Datasets.open(cifar10(false, View.WHOLE)).test().toArray().toBytes(),
        flipping.test().toArray().toBytes());
    Batches straight = new Batches(plain, 10, 3);
    Batches mirrored = new Batches(flipping.train(), 10, 3);
    int flipped = 0;
    for (int step = 0; step < 40; step++) {
      byte[] as = straight.batch(step);
      byte[] seen = mirrored.batch(step);
      assertArrayEquals(seen, new Batches(flipping.train(), 10, 3).batch(step));
      for (int i = 0; i < 10; i++) {
        byte[] image = Arrays.copyOfRange(as, i * SIZE, (i + 1) * SIZE);
        byte[] found = Arrays.copyOfRange(seen, i * SIZE, (i + 1) * SIZE);
        if (!Arrays.equals(image, found)) {
          assertArrayEquals(mirror(image), found);
          flipped++;
        }
      }
    }
    // Of 400, by a fair coin: five standard deviations are 50.
    assertTrue(flipped > 150 && flipped < 250, "mirrored " + flipped);
  }

  private static byte[] mirror(byte[] image) {
    byte[] mirrored = new byte[image.length];
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        System.arraycopy(image, (y * 32 + x) * 3, mirrored, (y * 32 + 31 - x) * 3, 3);
      }
    }
    return mirrored;
  }
}
