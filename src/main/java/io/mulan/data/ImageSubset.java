package io.mulan.data;

import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.readers.ImageStore;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Some images of a store.
 *
 * @param numbers of the chosen ones; where they follow one another they are read at once
 */
public record ImageSubset(ImageStore store, int[] numbers, int imageBytes) implements ImageStore {

  @Override
  public int count() {
    return numbers.length;
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    each(
        first,
        count,
        (number, some, done) -> store.read(number, some, target, offset + done * imageBytes));
  }

  @Override
  public void keys(int first, int count, int bytes, long[] target, int at) {
    each(first, count, (number, some, done) -> store.keys(number, some, bytes, target, at + done));
  }

  /** What is done with images that follow one another in the store. */
  private interface Use {
    void of(int number, int some, int done);
  }

  private void each(int first, int count, Use use) {
    for (int i = first; i < first + count; ) {
      int next = i + 1;
      while (next < first + count && numbers[next] == numbers[next - 1] + 1) {
        next++;
      }
      use.of(numbers[i], next - i, i - first);
      i = next;
    }
  }

  @Override
  public Optional<int[]> labels() {
    return store.labels(numbers);
  }

  @Override
  public Optional<int[]> labels(int[] some) {
    return store.labels(Arrays.stream(some).map(i -> numbers[i]).toArray());
  }

  /** The images that can be read, which reading all of them shows; the others are counted. */
  static ImageStore readable(ImageStore images, int imageBytes, BadInput bad) {
    int count = images.count();
    int most = Math.max(1, ImageStore.BYTES_AT_ONCE / imageBytes);
    int[] good =
        IntStream.range(0, (count + most - 1) / most)
            .parallel()
            .mapToObj(
                part -> {
                  int first = part * most;
                  return readable(images, first, Math.min(most, count - first), imageBytes, bad);
                })
            .flatMapToInt(Arrays::stream)
            .toArray();
    return good.length == count ? images : new ImageSubset(images, good, imageBytes);
  }

  private static int[] readable(
      ImageStore images, int first, int count, int imageBytes, BadInput bad) {
    byte[] target = new byte[count * imageBytes];
    try {
      images.read(first, count, target, 0);
      return IntStream.range(first, first + count).toArray();
    } catch (ConfigException one) {
      return IntStream.range(first, first + count)
          .filter(
              i -> {
                try {
                  images.read(i, 1, target, 0);
                  return true;
                } catch (ConfigException e) {
                  bad.found(e);
                  return false;
                }
              })
          .toArray();
    }
  }
}
