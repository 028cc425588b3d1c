package io.mulan.formats;

/**
 * How levels 0..V-1 are stored in pictures of 8 bits a sample: spread evenly over 0..255, black to
 * white. Every level comes back as it was.
 *
 * @param levels V, from 2 to 256
 */
public record GreyScale(int levels) {
  private static final int WHITE = 255;

  public GreyScale {
    if (levels < 2 || levels > WHITE + 1) {
      throw new IllegalArgumentException(levels + " levels");
    }
  }

  /** The sample that stands for a level: round(level·255/(V-1)). */
  public int grey(int level) {
    return scale(level, WHITE, levels - 1);
  }

  /** The level nearest to a sample: round(sample·(V-1)/255). */
  int level(int grey) {
    return scale(grey, levels - 1, WHITE);
  }

  /** value·to/from, rounded half up. */
  private static int scale(int value, int to, int from) {
    return (2 * value * to + from) / (2 * from);
  }
}
