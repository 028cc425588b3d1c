package io.mulan.data;

/**
 * The model of independent pixels: each pixel of each channel has its own histogram over the
 * images. What a generative model has to beat, in bits/dim.
 */
public final class PixelEntropy {
  /** The prior count of each level (Krichevsky and Trofimov, 1981): no level is impossible. */
  private static final double PRIOR = 0.5;

  private final ImageSet train;
  private final Runnable meanwhile;

  /** How many images have level v in dimension d, at d·levels + v. */
  private final int[] counts;

  /** Counts the levels of {@code train}. */
  public PixelEntropy(ImageSet train) {
    this(train, () -> {});
  }

  /**
   * Counts the levels of {@code train}.
   *
   * @param meanwhile called from time to time while images are read, from which it may throw
   */
  public PixelEntropy(ImageSet train, Runnable meanwhile) {
    this.train = train;
    this.meanwhile = meanwhile;
    this.counts = counts(train);
  }

  private int[] counts(ImageSet set) {
    int[] counts = new int[Math.multiplyExact(set.shape().size(), set.levels())];
    int size = set.shape().size();
    set.each(
        (images, count) -> {
          meanwhile.run();
          for (int i = 0; i < count * size; i += size) {
            for (int d = 0; d < size; d++) {
              counts[d * set.levels() + (images[i + d] & 0xff)]++;
            }
          }
        });
    return counts;
  }

  /** How often each level is there, over all images and dimensions. */
  public long[] levels() {
    long[] all = new long[train.levels()];
    for (int i = 0; i < counts.length; i++) {
      all[i % all.length] += counts[i];
    }
    return all;
  }

  /** The mean over the dimensions of the entropy of their histograms, in bits/dim. */
  public double entropy() {
    double bits = 0;
    for (int count : counts) {
      if (count > 0) {
        double p = (double) count / train.count();
        bits -= p * log2(p);
      }
    }
    return bits / train.shape().size();
  }

  /**
   * Bits/dim of another set of images of this shape under the histograms, smoothed by half an image
   * of each level.
   */
  public double crossEntropy(ImageSet other) {
    requireAlike(other);
    int[] seen = counts(other);
    double bits = 0;
    for (int i = 0; i < seen.length; i++) {
      if (seen[i] > 0) {
        bits += seen[i] * bits(i);
      }
    }
    return bits / other.count() / train.shape().size();
  }

  /** The same for each image. */
  public double[] perImage(ImageSet other) {
    requireAlike(other);
    int size = train.shape().size();
    double[] bits = new double[other.count()];
    int[] done = new int[1];
    other.each(
        (images, count) -> {
          meanwhile.run();
          for (int i = 0; i < count; i++, done[0]++) {
            for (int d = 0; d < size; d++) {
              int level = images[i * size + d] & 0xff;
              bits[done[0]] += bits(d * train.levels() + level) / size;
            }
          }
        });
    return bits;
  }

  private void requireAlike(ImageSet other) {
    if (other.shape().size() != train.shape().size() || other.levels() != train.levels()) {
      throw new IllegalArgumentException(other.name() + " is unlike " + train.name());
    }
  }

  /** Of a level in a dimension, by its place among the counts. */
  private double bits(int place) {
    return -log2((counts[place] + PRIOR) / (train.count() + PRIOR * train.levels()));
  }

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }
}
