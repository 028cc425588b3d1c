package io.mulan.golden;

/**
 * The numbers that golden parameters and statistics are made with: SplitMix64 of (seed, array,
 * index).
 */
final class SplitMix {
  private SplitMix() {}

  /** A number of 24 random bits in [-1,1). */
  static double symmetric(long seed, long array, long index) {
    long x = (seed << 56) + (array << 36) + index + 0x9E3779B97F4A7C15L;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    x ^= x >>> 31;
    return 2 * ((x >>> 40) * 0x1p-24) - 1;
  }
}
