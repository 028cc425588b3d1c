package io.mulan.compression;

/**
 * Symbols 0 to V-1 with weights, in whole multiples of 2^-24 that are never zero and sum up to one.
 */
final class LevelTable {
  private static final long WHOLE = 1L << Rans.PRECISION;

  private final int levels;

  /** The sums of the weights below each symbol, and of all. */
  private final double[] below;

  /**
   * @param levels V, far below 2^24
   */
  LevelTable(int levels) {
    this.levels = levels;
    this.below = new double[levels + 1];
  }

  /** Sets the weight of a symbol, from 0 on; those after it are to be set again. */
  void set(int level, double weight) {
    below[level + 1] = below[level] + weight;
  }

  /** The sum of all weights. */
  double sum() {
    return below[levels];
  }

  void put(Rans stack, int level) {
    stack.put(start(level), start(level + 1) - start(level), Rans.PRECISION);
  }

  int take(Rans stack) {
    long slot = stack.slot(Rans.PRECISION);
    int level = 0;
    while (start(level + 1) <= slot) {
      level++;
    }
    stack.take(start(level), start(level + 1) - start(level), Rans.PRECISION);
    return level;
  }

  private long start(int level) {
    return level == levels
        ? WHOLE
        : level + (long) ((WHOLE - levels) * (below[level] / below[levels]));
  }
}
