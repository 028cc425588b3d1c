package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.readers.ImageStore;
import io.mulan.readers.RecordFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowsTest {
  @TempDir Path folder;

  /** Image i is the two bytes of i. */
  private static final ImageShape TWO = new ImageShape(1, 2, 1);

  private ImageSet numbered(int count, long windowBytes) {
    byte[] bytes = new byte[count * 2];
    for (int i = 0; i < count; i++) {
      bytes[2 * i] = (byte) (i >> 8);
      bytes[2 * i + 1] = (byte) i;
    }
    try {
      Path file = Files.write(folder.resolve("numbers"), bytes);
      ImageStore store =
          RecordFile.whole(file, 0, RecordFile.Layout.plain(TWO), 256, new BadInput(false));
      return new ImageSet(
          "numbered", TWO, 256, store, windowBytes, Augmentation.NONE, new Conditions(0, false));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int[] stream(Batches batches, int batch, int steps) {
    int[] stream = new int[batch * steps];
    for (int step = 0; step < steps; step++) {
      byte[] bytes = batches.batch(step);
      for (int i = 0; i < batch; i++) {
        stream[step * batch + i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
      }
    }
    return stream;
  }

  /** Windows of one image, of less than a block, of many blocks, of the whole set. */
  @ParameterizedTest
  @CsvSource({"1000, 2", "1000, 30", "1000, 400", "999, 400", "1000, 100000", "130, 128", "64, 2"})
  void eachEpochIsAPermutationOfAllImages(int count, long windowBytes) {
    Batches batches = new Batches(numbered(count, windowBytes), 7, 1);
    BatchesTest.assertPermutations(stream(batches, 7, 3 * count), count);
  }

  @Test
  void aResumedRunSeesWhatAnUninterruptedOneWould() {
    ImageSet set = numbered(777, 300);
    Batches straight = new Batches(set, 50, 9);
    int[] stream = stream(straight, 50, 60);
    for (int step = 59; step >= 0; step -= 7) {
      byte[] resumed = new Batches(set, 50, 9).batch(step);
      assertArrayEquals(straight.batch(step), resumed, "at " + step);
      assertEquals(stream[step * 50], (resumed[0] & 0xff) << 8 | (resumed[1] & 0xff));
    }
  }

  @Test
  void theOrderDependsOnSeedAloneAndNeverChanges() {
    int[] order = stream(new Batches(numbered(20, 16), 20, 42), 20, 1);
    assertArrayEquals(order, stream(new Batches(numbered(20, 16), 5, 42), 5, 4));
    assertFalse(Arrays.equals(order, stream(new Batches(numbered(20, 16), 20, 43), 20, 1)));
    int[] kept = {8, 4, 1, 19, 14, 9, 6, 3, 0, 18, 2, 5, 13, 17, 16, 11, 7, 10, 15, 12};
    assertArrayEquals(kept, order);
  }

  @Test
  void noMoreThanTwoWindowsAreReadAhead() {
    ImageSet set = numbered(1000, 200);
    AtomicInteger read = new AtomicInteger();
    ImageStore counted =
        new ImageStore() {
          @Override
          public int count() {
            return set.count();
          }

          @Override
          public void read(int first, int count, byte[] target, int offset) {
            read.addAndGet(count);
            set.copy(first, count, target, offset);
          }
        };
    Batches batches =
        new Batches(
            new ImageSet(
                "counted", TWO, 256, counted, 200, Augmentation.NONE, new Conditions(0, false)),
            10,
            1);
    batches.batch(0);
    assertTrue(read.get() <= 200, "read " + read);
    for (int step = 1; step < 50; step++) {
      batches.batch(step);
      assertTrue(read.get() <= (step + 1) * 10 + 200, "step " + step + " read " + read);
    }
    assertTrue(read.get() >= 500);
  }

  @Test
  void anUnreadableImageFailsTheStepThatNeedsIt() throws IOException {
    ImageSet set = numbered(100, 1000);
    Batches batches = new Batches(set, 10, 1);
    Files.write(folder.resolve("numbers"), new byte[20]);
    ConfigException given = assertThrows(ConfigException.class, () -> batches.batch(0));
    assertTrue(given.getMessage().contains("numbers ends at offset 20"), given.getMessage());
    numbered(100, 1000);
    int[] all = stream(batches, 10, 10);
    Arrays.sort(all);
    assertEquals(99, all[99]);
  }
}
