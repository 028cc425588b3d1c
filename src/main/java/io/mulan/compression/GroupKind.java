package io.mulan.compression;

/**
 * The kinds of groups of images in a stream, 0 to 15: 0 is one image of independent pixels, k is
 * 2^(k-1) images coded by the model. A reader needs the kind before the group. Most groups are of
 * the kind of the one that follows, or one less.
 */
final class GroupKind {
  static final int PLAIN = 0;

  /** Of a group that is not there. */
  static final int NONE = -1;

  private static final int COUNT = 16;
  private static final int PRECISION = 6;

  private GroupKind() {}

  /** How many images a group of this kind has; the last one may have fewer. */
  static int size(int kind) {
    return kind == PLAIN ? 1 : 1 << (kind - 1);
  }

  /** The largest kind after another for so many images at most. */
  static int largest(int before, int most) {
    int wanted = Math.min(Math.max(before, PLAIN) + 1, COUNT - 1);
    int needed = Integer.SIZE - Integer.numberOfLeadingZeros(most - 1) + 1;
    return Math.min(wanted, needed);
  }

  /**
   * Puts the kind of a group.
   *
   * @param after the kind of the group that follows
   */
  static void put(Rans stack, int kind, int after) {
    stack.put(start(kind, after), start(kind + 1, after) - start(kind, after), PRECISION);
  }

  /** Takes what {@link #put} put. */
  static int take(Rans stack, int after) {
    long slot = stack.slot(PRECISION);
    int kind = 0;
    while (start(kind + 1, after) <= slot) {
      kind++;
    }
    stack.take(start(kind, after), start(kind + 1, after) - start(kind, after), PRECISION);
    return kind;
  }

  /** The slots of lesser kinds. */
  private static long start(int kind, int after) {
    if (after == NONE) {
      return (1L << PRECISION) / COUNT * kind;
    }
    int likely = after == PLAIN ? 1 : 2;
    int each = ((1 << PRECISION) - COUNT) / likely;
    int before = Math.max(0, Math.min(likely, kind - (after + 1 - likely)));
    return kind + (long) each * before;
  }
}
