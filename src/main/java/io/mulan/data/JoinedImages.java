package io.mulan.data;

import io.mulan.config.ConfigException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
    int found = Arrays.binarySearch(firsts, first);
    int part = found >= 0 ? found : -found - 2;
    int done = 0;
    while (done < count) {
      int inside = first + done - firsts[part];
      int some = Math.min(count - done, parts.get(part).count() - inside);
      parts.get(part).read(inside, some, target, offset + done * imageBytes);
      done += some;
      part++;
    }
  }

  @Override
  public Optional<int[]> labels() {
    int[] all = new int[count()];
    for (int i = 0; i < parts.size(); i++) {
      Optional<int[]> some = parts.get(i).labels();
      if (some.isEmpty()) {
        return Optional.empty();
      }
      System.arraycopy(some.get(), 0, all, firsts[i], some.get().length);
    }
    return Optional.of(all);
  }
}
