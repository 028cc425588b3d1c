package io.mulan.data;

import io.mulan.files.ConfigException;
import java.util.Arrays;

/**
 * An endless stream of batches of shuffled images, a pure function of (seed, step).
 *
 * <p>Epochs lie one after the other, each all images in an order keyed by (seed, epoch); step s
 * takes the positions s·batch to (s+1)·batch - 1 of them, so a batch may straddle two epochs. Sets
 * in memory are shuffled wholly, others by {@link Windows}, read ahead of the step. For one thread
 * at a time.
 */
public final class Batches {
  private final ImageSet set;
  private final int batch;
  private final long seed;
  private final Stream stream;

  /** What is filled of each batch. */
  private final int from;

  private final int count;

  /** Images by their position in the stream. */
  private interface Stream {

    /** Copies one and returns its number in the set. */
    int copy(long position, byte[] target, int offset);
  }

  /**
   * Batches of {@code batch} images of the set.
   *
   * @throws ConfigException if {@code batch} is not between 1 and the number of images
   */
  public Batches(ImageSet set, int batch, long seed) {
    if (batch < 1 || batch > set.count()) {
      throw new ConfigException(
          "training.batch is %d, but %s has %d images; 1 to %d are allowed"
              .formatted(batch, set.name(), set.count(), set.count()));
    }
    this.set = set;
    this.batch = batch;
    this.seed = seed;
    this.from = 0;
    this.count = batch;
    this.stream =
        set.windowBytes() == 0
            ? new Shuffled(set, seed)::copy
            : new Windows(set, seed, set.windowBytes())::copy;
  }

  private Batches(Batches whole, int from, int count) {
    this.set = whole.set;
    this.batch = whole.batch;
    this.seed = whole.seed;
    this.from = from;
    this.count = count;
    this.stream = whole.stream;
  }

  /** The same stream, of which each batch reads only this many images from one on. */
  public Batches part(int first, int images) {
    return new Batches(this, first, images);
  }

  /** The batch of this step, counted from 0: uint8 [batch, height, width, channels]. */
  public byte[] batch(long step) {
    byte[] images = new byte[set.shape().bytes(count)];
    fill(step, images);
    return images;
  }

  /**
   * As {@link #batch}, but into {@code target}, which has the length of a batch.
   *
   * @throws ConfigException naming file and place, if an image cannot be read
   */
  public void fill(long step, byte[] target) {
    fill(step, target, new float[count * set.conditions().size()]);
  }

  /**
   * As {@link #fill(long, byte[])}, with the conditions of each image.
   *
   * @param conditions [batch,k], overwritten
   */
  public void fill(long step, byte[] target, float[] conditions) {
    set.requireClasses();
    Arrays.fill(conditions, 0);
    long first = Math.multiplyExact(step, (long) batch) + from;
    for (int i = 0; i < count; i++) {
      int at = i * set.shape().size();
      int number = stream.copy(first + i, target, at);
      set.classify(conditions, i, number);
      long bits = Permutation.bits(seed, first + i);
      if (set.augmentation().apply(bits, set.shape(), target, at)) {
        set.conditions().change(conditions, i);
      }
    }
  }

  /** Epochs that are shuffled wholly; the orders of two are kept. */
  private static final class Shuffled {
    private final ImageSet set;
    private final long seed;

    /** The order of epoch e is in place e mod 2, where {@link #epochs} holds e. */
    private final int[][] orders;

    private final long[] epochs = {-1, -1};

    Shuffled(ImageSet set, long seed) {
      this.set = set;
      this.seed = seed;
      this.orders = new int[2][set.count()];
    }

    int copy(long position, byte[] target, int offset) {
      int image = order(position / set.count())[(int) (position % set.count())];
      set.copy(image, target, offset);
      return image;
    }

    private int[] order(long epoch) {
      int place = (int) (epoch & 1);
      if (epochs[place] != epoch) {
        Permutation.fill(orders[place], seed, epoch);
        epochs[place] = epoch;
      }
      return orders[place];
    }
  }
}
