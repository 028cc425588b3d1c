package io.mulan.compression;

/**
 * Images of independent pixels, for those that a stack is too short to code by the model: each
 * pixel has the histogram of that pixel over the images that follow in the stream, drawn towards
 * the histogram of all their pixels. A reader knows those images by then.
 */
final class PlainImages {
  /** So many images' worth of the histogram of all pixels is in that of each. */
  private static final double SHARED = 8;

  /** The prior count of each level (Krichevsky and Trofimov 1981). */
  private static final double PRIOR = 0.5;

  private final int size;
  private final int levels;
  private final int[] own;
  private final long[] shared;
  private final LevelTable table;
  private int count;

  /** No images follow yet. */
  PlainImages(int size, int levels) {
    this.size = size;
    this.levels = levels;
    this.own = new int[Math.multiplyExact(size, levels)];
    this.shared = new long[levels];
    this.table = new LevelTable(levels);
  }

  /** These images [B n] follow. */
  void add(byte[] images) {
    count(images, 1);
  }

  /** They do not follow any more. */
  void remove(byte[] images) {
    count(images, -1);
  }

  private void count(byte[] images, int sign) {
    for (int i = 0; i < images.length; i++) {
      int level = images[i] & 0xff;
      own[i % size * levels + level] += sign;
      shared[level] += sign;
    }
    count += sign * (images.length / size);
  }

  void put(Rans stack, byte[] image) {
    for (int d = 0; d < size; d++) {
      given(d);
      table.put(stack, image[d] & 0xff);
    }
  }

  byte[] take(Rans stack) {
    byte[] image = new byte[size];
    for (int d = size - 1; d >= 0; d--) {
      given(d);
      image[d] = (byte) table.take(stack);
    }
    return image;
  }

  private void given(int dimension) {
    double all = (double) count * size + PRIOR * levels;
    for (int v = 0; v < levels; v++) {
      double share = (shared[v] + PRIOR) / all;
      table.set(v, own[dimension * levels + v] + SHARED * share);
    }
  }
}
