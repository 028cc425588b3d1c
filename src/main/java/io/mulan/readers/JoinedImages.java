package io.mulan.readers;

import io.mulan.files.ConfigException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The images of several stores, one store after the other. */
final class JoinedImages implements ImageStore {
  private final List<ImageStore> parts;
  private final int imageBytes;

  /** The number of the first image of each part, and of none beyond the last. */
  private final int[] firsts;

  /**
   * @throws ConfigException if there are 2^31 or more
   */
  JoinedImages(List<? extends ImageStore> parts, int imageBytes) {
    this.parts = List.copyOf(parts);
    this.imageBytes = imageBytes;
    this.firsts = new int[parts.size() + 1];
    for (int i = 0; i < parts.size(); i++) {
      long next = (long) firsts[i] + parts.get(i).count();
      if (next > Integer.MAX_VALUE) {
        throw new ConfigException("there are more than 2^31 images; train on a part of them");
      }
      firsts[i + 1] = (int) next;
    }
  }

  @Override
  public int count() {
    return firsts[parts.size()];
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    each(
        first,
        count,
        (part, inside, some, done) -> part.read(inside, some, target, offset + done * imageBytes));
  }

  /** What is done with images of one part. */
  private interface Use {
    void of(ImageStore part, int inside, int some, int done);
  }

  private void each(int first, int count, Use use) {
    int found = Arrays.binarySearch(firsts, first);
    int part = found >= 0 ? found : -found - 2;
    int done = 0;
    while (done < count) {
      int inside = first + done - firsts[part];
      int some = Math.min(count - done, parts.get(part).count() - inside);
      use.of(parts.get(part), inside, some, done);
      done += some;
      part++;
    }
  }

  @Override
  public void keys(int first, int count, int imageBytes, long[] target, int at) {
    each(
        first,
        count,
        (part, inside, some, done) -> part.keys(inside, some, imageBytes, target, at + done));
  }

  @Override
  public Optional<int[]> labels() {
    return labels(IntStream.range(0, count()).toArray());
  }

  @Override
  public Optional<int[]> labels(int[] numbers) {
    int[] all = new int[numbers.length];
    for (int i = 0; i < parts.size(); i++) {
      int first = firsts[i];
      int end = firsts[i + 1];
      int[] places =
          IntStream.range(0, numbers.length)
              .filter(p -> numbers[p] >= first && numbers[p] < end)
              .toArray();
      if (places.length == 0) {
        continue; // one of which nothing is wanted has no say in whether there are classes
      }
      Optional<int[]> some =
          parts.get(i).labels(Arrays.stream(places).map(p -> numbers[p] - first).toArray());
      if (some.isEmpty()) {
        return Optional.empty();
      }
      for (int k = 0; k < places.length; k++) {
        all[places[k]] = some.get()[k];
      }
    }
    return Optional.of(all);
  }
}
