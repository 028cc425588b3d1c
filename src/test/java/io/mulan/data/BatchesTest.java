package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
  /** Image i holds i, so a batch shows which images it took. */
  private static ImageSet numbered(int count) {
    byte[] images = new byte[count];
    for (int i = 0; i < count; i++) {
      images[i] = (byte) i;
    }
    return new ImageSet("numbered", new ImageShape(1, 1, 1), 256, images);
  }

  private static byte[] stream(Batches batches, int batch, int steps) {
    byte[] stream = new byte[batch * steps];
    for (int step = 0; step < steps; step++) {
      System.arraycopy(batches.batch(step), 0, stream, step * batch, batch);
    }
    return stream;
  }

  @Test
  void eachEpochIsAPermutationOfAllImages() {
    byte[] stream = stream(new Batches(numbered(100), 7, 1), 7, 100);
    assertPermutations(IntStream.range(0, stream.length).map(i -> stream[i]).toArray(), 100);
  }

  /** Of the numbers below {@code count}, one after another, each unlike the one before. */
  static void assertPermutations(int[] stream, int count) {
    int[] inOrder = IntStream.range(0, count).toArray();
    int[] previous = null;
    for (int first = 0; first < stream.length; first += count) {
      int[] taken = Arrays.copyOfRange(stream, first, first + count);
      assertFalse(Arrays.equals(previous, taken), "at " + first + " the one before is repeated");
      previous = taken.clone();
      Arrays.sort(taken);
      assertArrayEquals(inOrder, taken);
    }
  }

  @Test
  void theStreamDoesNotDependOnTheBatchSize() {
    ImageSet set = numbered(60);
    byte[] byTens = stream(new Batches(set, 10, 3), 10, 21);
    byte[] bySevens = stream(new Batches(set, 7, 3), 7, 30);
    assertArrayEquals(byTens, bySevens);
  }

  @Test
  void aBatchIsAFunctionOfSeedAndStep() {
    ImageSet set = numbered(50);
    Batches straight = new Batches(set, 16, 9);
    byte[] stream = stream(straight, 16, 40);
    for (int step = 39; step >= 0; step -= 3) {
      byte[] expected = Arrays.copyOfRange(stream, step * 16, (step + 1) * 16);
      assertArrayEquals(expected, new Batches(set, 16, 9).batch(step), "resumed at " + step);
      assertArrayEquals(expected, straight.batch(step), "again at " + step);
    }
  }

  @Test
  void aBatchOfAllImagesIsAnEpoch() {
    byte[] batch = new Batches(numbered(20), 20, 4).batch(1_000_000_000_000L);
    Arrays.sort(batch);
    for (int i = 0; i < 20; i++) {
      assertEquals(i, batch[i]);
    }
  }

  @Test
  void otherSeedsGiveOtherOrders() {
    ImageSet set = numbered(100);
    byte[] first = new Batches(set, 100, 0).batch(0);
    assertFalse(Arrays.equals(first, new Batches(set, 100, 1).batch(0)));
    assertFalse(Arrays.equals(first, new Batches(set, 100, -1).batch(0)));
  }

  @Test
  void theOrderNeverChanges() {
    byte[] first = {8, 1, 9, 2, 6, 0, 4, 5, 3, 7};
    assertArrayEquals(first, new Batches(numbered(10), 10, 42).batch(0));
  }

  @Test
  void eachImageIsAsLikelyInEachPlace() {
    int count = 8;
    int epochs = 8000;
    int[][] seen = new int[count][count];
    Batches batches = new Batches(numbered(count), count, 11);
    byte[] batch = new byte[count];
    for (int epoch = 0; epoch < epochs; epoch++) {
      batches.fill(epoch, batch);
      for (int place = 0; place < count; place++) {
        seen[place][batch[place]]++;
      }
    }
    double chiSquare = 0;
    double expected = (double) epochs / count;
    for (int[] place : seen) {
      for (int times : place) {
        chiSquare += (times - expected) * (times - expected) / expected;
      }
    }
    // (count - 1)^2 = 49 degrees of freedom: mean 49, 0.1% quantiles about 23 and 85.
    assertTrue(chiSquare > 23 && chiSquare < 85, "chi square " + chiSquare);
  }

  @Test
  void aBatchLargerThanTheSetIsRefused() {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> new Batches(numbered(100), 128, 1));
    assertEquals(
        "training.batch is 128, but numbered has 100 images; 1 to 100 are allowed",
        refusal.getMessage());
  }
}
