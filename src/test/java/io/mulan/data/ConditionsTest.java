package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.readers.ImageStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final int COUNT = 300;

  private static DataConfig digits(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    return ConfigReader.read(Optional.empty(), Optional.empty(), all).data();
  }

  /** Image i holds i in two bytes, and is of class i mod 7. */
  private static ImageSet numbered(long windowBytes) {
    int[] labels = new int[COUNT];
    byte[] images = new byte[2 * COUNT];
    for (int i = 0; i < COUNT; i++) {
      labels[i] = i % 7;
      images[2 * i] = (byte) i;
      images[2 * i + 1] = (byte) (i >> 8);
    }
    ImageShape shape = new ImageShape(1, 2, 1);
    ImageSet memory = new ImageSet("numbered", shape, 256, images);
    ImageStore store =
        new ImageStore() {
          @Override
          public int count() {
            return COUNT;
          }

          @Override
          public void read(int first, int count, byte[] target, int offset) {
            memory.copy(first, count, target, offset);
          }

          @Override
          public Optional<int[]> labels() {
            return Optional.of(labels.clone());
          }
        };
    return new ImageSet(
        "numbered", shape, 256, store, windowBytes, Augmentation.NONE, new Conditions(7, false));
  }

  @Test
  void aClassStaysWithItsImageInMemoryAndInWindows() {
    for (long window : new long[] {0, 2 * 40, 2 * 1000}) {
      Batches batches = new Batches(numbered(window), 32, 5);
      byte[] images = new byte[32 * 2];
      float[] given = new float[32 * 7];
      for (int step = 0; step < 40; step++) {
        batches.fill(step, images, given);
        for (int i = 0; i < 32; i++) {
          int number = (images[2 * i] & 0xff) + 256 * images[2 * i + 1];
          float[] expected = new float[7];
          expected[number % 7] = 1;
          assertArrayEquals(expected, Arrays.copyOfRange(given, 7 * i, 7 * i + 7));
        }
      }
    }
  }

  @Test
  void theDigitsHaveTheirClassesUnderEveryView() {
    int[] train = Datasets.open(digits()).train().labels().orElseThrow();
    assertEquals(1500, train.length);
    int[] counts = new int[10];
    for (int label : train) {
      counts[label]++;
    }
    assertTrue(Arrays.stream(counts).min().orElseThrow() > 120, Arrays.toString(counts));
    DataConfig config = digits("data.classes=10", "data.flip=true");
    ImageSet set = Datasets.open(config).train();
    float[] given = set.conditions(3, i -> 100 + i);
    for (int i = 0; i < 3; i++) {
      assertEquals(1, given[10 * i + train[100 + i]]);
    }
    assertEquals(3, sum(given));
  }

  /** The mean image of zeros has a hole, that of ones has none. */
  @Test
  void theClassesOfTheDigitsAreWhatTheyShow() {
    ImageSet test = Datasets.open(digits()).test();
    int[] labels = test.labels().orElseThrow();
    double[] centre = new double[10];
    int[] counts = new int[10];
    byte[] image = new byte[64];
    for (int i = 0; i < labels.length; i++) {
      test.copy(i, image, 0);
      centre[labels[i]] +=
          image[3 * 8 + 3] + image[3 * 8 + 4] + image[4 * 8 + 3] + image[4 * 8 + 4];
      counts[labels[i]]++;
    }
    assertTrue(centre[0] / counts[0] < 10, "zeros: " + centre[0] / counts[0]);
    assertTrue(centre[1] / counts[1] > 30, "ones: " + centre[1] / counts[1]);
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  @Test
  void aClassBeyondThoseThatTheModelKnowsIsRefused() {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> Datasets.open(digits("data.classes=9")));
    assertTrue(
        refused
            .getMessage()
            .matches("data.classes is 9, .*image \\d+ of digits train is of class 9; .*10 or more"),
        refused::getMessage);
  }

  @Test
  void imagesWithoutClassesAreRefused() {
    DataConfig photos = digits("data.kind=photos", "data.classes=2");
    ConfigException refused = assertThrows(ConfigException.class, () -> Datasets.open(photos));
    assertEquals(
        "data.classes is 2, but photos train has no classes; take images that have, or a model with"
            + " data.classes=0",
        refused.getMessage());
  }
}
