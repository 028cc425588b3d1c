package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Augment;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.readers.ImageStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private static final int BATCH = 100;

  private static DataConfig config(String... settings) {
    return ConfigReader.read(Optional.empty(), Optional.empty(), List.of(settings)).data();
  }

  /** How often each image came out of one image, and how often with a label. */
  private static Map<String, int[]> outcomes(ImageShape shape, byte[] image, Augment augment) {
    ImageStore many =
        new ImageStore() {
          @Override
          public int count() {
            return BATCH;
          }

          @Override
          public void read(int first, int count, byte[] target, int offset) {
            for (int i = 0; i < count; i++) {
              System.arraycopy(image, 0, target, offset + i * image.length, image.length);
            }
          }
        };
    ImageSet set =
        new ImageSet(
            "one",
            shape,
            256,
            many,
            0,
            new Augmentation(false, augment),
            new Conditions(0, augment != Augment.NONE));
    Batches batches = new Batches(set, BATCH, 3);
    Map<String, int[]> outcomes = new TreeMap<>();
    byte[] images = new byte[BATCH * image.length];
    float[] given = new float[BATCH];
    for (int step = 0; step < 160; step++) {
      batches.fill(step, images, given);
      for (int i = 0; i < BATCH; i++) {
        byte[] one = Arrays.copyOfRange(images, i * image.length, (i + 1) * image.length);
        int[] counts = outcomes.computeIfAbsent(Arrays.toString(one), k -> new int[2]);
        counts[(int) given[i]]++;
      }
    }
    return outcomes;
  }

  private static void assertShare(double expected, int[] counts, int label) {
    double deviation = Math.sqrt(expected * (1 - expected) / (160 * BATCH));
    assertEquals(expected, counts[label] / (160.0 * BATCH), 4 * deviation + 1e-9);
  }

  /** As NumPy's rot90 and fliplr have them. */
  @Test
  void imagesAreMirroredAndTurnedAtRandom() {
    Map<String, int[]> seen =
        outcomes(new ImageShape(2, 2, 1), new byte[] {1, 2, 3, 4}, Augment.ROTATIONS);
    assertEquals(8, seen.size());
    assertShare(1 / 4.0, seen.get("[1, 2, 3, 4]"), 0);
    assertShare(0, seen.get("[1, 2, 3, 4]"), 1);
    assertShare(1 / 4.0, seen.get("[2, 1, 4, 3]"), 1); // mirrored
    for (String turned : List.of("[2, 4, 1, 3]", "[4, 3, 2, 1]", "[3, 1, 4, 2]")) {
      assertShare(1 / 12.0, seen.get(turned), 1);
    }
    for (String both : List.of("[1, 3, 2, 4]", "[3, 4, 1, 2]", "[4, 2, 3, 1]")) {
      assertShare(1 / 12.0, seen.get(both), 1);
    }
  }

  @Test
  void channelsOfAPixelStayTogetherInEveryOrder() {
    Map<String, int[]> seen =
        outcomes(new ImageShape(1, 1, 3), new byte[] {1, 2, 3}, Augment.CHANNELS);
    assertEquals(6, seen.size());
    // A pixel alone is mirrored and turned into itself; only the coins show it.
    assertShare(1 / 8.0, seen.get("[1, 2, 3]"), 0);
    assertShare(3 / 8.0 + 1 / 12.0, seen.get("[1, 2, 3]"), 1);
    for (String order : List.of("[1, 3, 2]", "[2, 1, 3]", "[2, 3, 1]", "[3, 1, 2]", "[3, 2, 1]")) {
      assertShare(1 / 12.0, seen.get(order), 1);
    }
    Map<String, int[]> wide =
        outcomes(new ImageShape(2, 2, 2), new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, Augment.CHANNELS);
    assertEquals(16, wide.size());
    assertTrue(wide.containsKey("[3, 4, 7, 8, 1, 2, 5, 6]"), "turned left");
    assertTrue(wide.containsKey("[4, 3, 8, 7, 2, 1, 6, 5]"), "and its channels exchanged");
  }

  @Test
  void theAugmentationIsAFunctionOfSeedAndPosition() {
    ImageSet train = Datasets.open(config("data.augment=rotations")).train();
    byte[] tens = new byte[10 * 64];
    byte[] sevens = new byte[7 * 64];
    byte[] stream = new byte[70 * 64];
    for (int step = 0; step < 7; step++) {
      new Batches(train, 10, 4).fill(step, tens, new float[10]);
      System.arraycopy(tens, 0, stream, step * tens.length, tens.length);
    }
    Batches batches = new Batches(train, 7, 4);
    for (int step = 9; step >= 0; step--) {
      batches.fill(step, sevens, new float[7]);
      assertArrayEquals(
          Arrays.copyOfRange(stream, step * sevens.length, (step + 1) * sevens.length), sevens);
    }
  }

  @Test
  void testImagesAreUnchangedAndConditionedAsSuch() {
    ImageSet plain = Datasets.open(config()).test();
    Dataset set = Datasets.open(config("data.augment=rotations", "data.classes=10"));
    assertArrayEquals(plain.toArray().toBytes(), set.test().toArray().toBytes());
    int[] labels = plain.labels().orElseThrow();
    float[] given = set.test().conditions(5, i -> i);
    for (int i = 0; i < 5; i++) {
      float[] expected = new float[11];
      expected[labels[i]] = 1;
      assertArrayEquals(expected, Arrays.copyOfRange(given, 11 * i, 11 * (i + 1)));
    }
    byte[] images = new byte[BATCH * 64];
    float[] learned = new float[BATCH * 11];
    new Batches(set.test(), BATCH, 0).fill(0, images, learned);
    for (int i = 0; i < BATCH; i++) {
      assertEquals(0, learned[11 * i + 10]);
    }
  }

  @Test
  void imagesThatCannotBeAugmentedAreRefused() {
    assertRefused(
        "turns images, which are to be square",
        "data.augment=rotations",
        "data.view=frequency_both");
    assertRefused("these images have one channel", "data.augment=channels");
    ConfigException both =
        assertThrows(
            ConfigException.class, () -> config("data.augment=rotations", "data.flip=true"));
    assertTrue(both.getMessage().contains("false with data.augment rotations"), both::getMessage);
  }

  private static void assertRefused(String part, String... settings) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> Datasets.open(config(settings)));
    assertTrue(refused.getMessage().contains(part), refused::getMessage);
  }
}
