package io.mulan.readers;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Images that lie somewhere, to be read by number, several at once where they lie side by side. It
 * keeps nothing open, and any thread may read.
 */
public interface ImageStore {
  int BYTES_AT_ONCE = 1 << 20;

  /** How many images there are. */
  int count();

  /**
   * Reads images one after the other, as levels [count,H,W,C], to {@code target} from {@code
   * offset} on.
   *
   * @throws io.mulan.files.ConfigException naming file and place of what cannot be read
   */
  void read(int first, int count, byte[] target, int offset);

  /**
   * A number of each of some images, which other images do not change: of its levels, or of what
   * they are read from. Written to {@code target} from {@code at} on.
   */
  default void keys(int first, int count, int imageBytes, long[] target, int at) {
    byte[] images = new byte[count * imageBytes];
    read(first, count, images, 0);
    for (int i = 0; i < count; i++) {
      target[at + i] = ImageKey.of(images, i * imageBytes, imageBytes);
    }
  }

  /** The numbers of all images of a store. */
  static long[] keys(ImageStore images, int imageBytes) {
    int count = images.count();
    int most = Math.max(1, BYTES_AT_ONCE / imageBytes);
    long[] keys = new long[count];
    IntStream.range(0, (count + most - 1) / most)
        .parallel()
        .map(part -> part * most)
        .forEach(
            first -> images.keys(first, Math.min(most, count - first), imageBytes, keys, first));
    return keys;
  }

  /**
   * The class of each image, 4 bytes in memory for each; empty if the files give none.
   *
   * @throws io.mulan.files.ConfigException naming file and place of what cannot be read
   */
  default Optional<int[]> labels() {
    return Optional.empty();
  }

  /** The class of each of some images; the others, which may be unreadable, are not looked at. */
  default Optional<int[]> labels(int[] numbers) {
    return labels().map(all -> Arrays.stream(numbers).map(i -> all[i]).toArray());
  }

  /** Numbers of 64 bits for images, of their bytes or names: equal ones have the same. */
  static final class ImageKey {
    private ImageKey() {}

    /** Two checksums, side by side. */
    public static long of(byte[] bytes, int from, int length) {
      CRC32C high = new CRC32C();
      high.update(bytes, from, length);
      CRC32 low = new CRC32();
      low.update(bytes, from, length);
      return (high.getValue() << 32) | low.getValue();
    }

    /** A key mixed with a seed (SplitMix64). */
    public static long mixed(long key, long seed) {
      long z = key + (seed + 1) * 0x9e3779b97f4a7c15L;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      return z ^ (z >>> 31);
    }
  }
}
