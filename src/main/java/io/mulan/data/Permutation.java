package io.mulan.data;

/**
 * Shuffles that never change: the generator is written out here (SplitMix64; Steele, Lea and Flood,
 * 2014), so no library's next version can reorder a split or a batch.
 */
final class Permutation {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private Permutation() {}

  /** Fills {@code order} with the permutation of its indices that {@code key} determines. */
  static void fill(int[] order, long key, long stream) {
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    long state = mix(mix(key + GOLDEN_GAMMA) + stream);
    for (int i = order.length - 1; i > 0; i--) {
      state += GOLDEN_GAMMA;
      // 32 random bits scaled to 0..i: the bias, (i+1)/2^32, is far below what a run could show.
      int j = (int) (((mix(state) >>> 32) * (i + 1)) >>> 32);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  /** Random bits that {@code key} and index determine. */
  static long bits(long key, long index) {
    return mix(mix(key + GOLDEN_GAMMA) + (index + 1) * GOLDEN_GAMMA);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
