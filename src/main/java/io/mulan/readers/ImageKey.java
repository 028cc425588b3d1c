package io.mulan.readers;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** Numbers of 64 bits for images, of their bytes or names: equal ones have the same. */
public final class ImageKey {
  private ImageKey() {}

  /** Two checksums, side by side. */
  public static long of(byte[] bytes, int from, int length) {
    CRC32C high = new CRC32C();
    high.update(bytes, from, length);
    CRC32 low = new CRC32();
    low.update(bytes, from, length);
    return (high.getValue() << 32) | low.getValue();
  }

  /** A key made another one by a seed, as if by chance (SplitMix64). */
  public static long mixed(long key, long seed) {
    long z = key + (seed + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
