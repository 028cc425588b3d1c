package io.mulan.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The shuffled images of one epoch after the other, of which two windows are in memory: the one
 * that is taken from, and the next, which threads of their own read meanwhile.
 *
 * <p>The set is cut into blocks of images that lie side by side. An epoch takes them in an order
 * keyed by (seed, epoch); up to 64 blocks in a row make a window, whose images are shuffled, keyed
 * by (seed, epoch, window). So the order is a pure function of them, whatever is asked first. A set
 * that fits into one window is shuffled wholly. For one thread at a time.
 */
final class Windows {
  private static final int MOST_BLOCKS = 64;
  private static final int MOST_THREADS = 8;

  private final ImageSet set;
  private final long seed;

  /** Images of a block. */
  private final int block;

  /** Blocks of a window. */
  private final int perWindow;

  /** Blocks of the set. */
  private final int blocks;

  /** Windows of an epoch. */
  private final int perEpoch;

  private final ThreadPoolExecutor readers = readers();

  /** Window n is in place n mod 2, if it is anywhere. */
  private final Window[] places = new Window[2];

  /**
   * @param bytes of a window
   */
  Windows(ImageSet set, long seed, long bytes) {
    this.set = set;
    this.seed = seed;
    long most = Math.max(1, bytes / set.shape().size());
    this.perWindow = (int) Math.min(MOST_BLOCKS, most);
    this.block = (int) (most / perWindow);
    this.blocks = (set.count() - 1) / block + 1;
    this.perEpoch = (blocks - 1) / perWindow + 1;
    int images = (int) Math.min((long) block * perWindow, set.count());
    for (int i = 0; i < places.length; i++) {
      places[i] = new Window(images);
    }
  }

  /** Threads that end when there is nothing to do, and never keep the program from ending. */
  private static ThreadPoolExecutor readers() {
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "reader");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Copies the image at this position of the stream and returns its number in the set.
   *
   * @throws io.mulan.files.ConfigException if a file cannot be read
   */
  int copy(long position, byte[] target, int offset) {
    long epoch = position / set.count();
    int inEpoch = (int) (position % set.count());
    Epoch order = epoch(epoch);
    int inside = order.window(inEpoch);
    Window window = ready(epoch * perEpoch + inside);
    int image = window.order[inEpoch - order.firsts[inside]];
    System.arraycopy(window.images, image * set.shape().size(), target, offset, set.shape().size());
    return window.numbers[image];
  }

  private Window ready(long number) {
    Window window = started(number);
    if (window.reading != null) {
      try {
        window.reading.join();
      } catch (CompletionException e) {
        window.number = -1;
        throw e.getCause() instanceof RuntimeException known ? known : e;
      }
      window.reading = null;
      started(number + 1);
    }
    return window;
  }

  private Window started(long number) {
    Window window = places[(int) (number & 1)];
    if (window.number != number) {
      window.await(); // nobody may write into it any more
      window.number = number;
      window.read(epoch(number / perEpoch), (int) (number % perEpoch));
    }
    return window;
  }

  /** The blocks of an epoch in order. */
  private final class Epoch {
    private final long number;
    private final int[] order = new int[blocks];

    /** The position of the first image of each window, and of none beyond the last. */
    private final int[] firsts = new int[perEpoch + 1];

    Epoch(long number) {
      this.number = number;
      Permutation.fill(order, seed, number);
      for (int i = 0; i < blocks; i++) {
        firsts[i / perWindow + 1] += size(order[i]);
      }
      for (int w = 0; w < perEpoch; w++) {
        firsts[w + 1] += firsts[w];
      }
    }

    /** All windows are of one size but for those with, or after, the block at the set's end. */
    int window(int position) {
      int window = Math.min(position / (block * perWindow), perEpoch - 1);
      while (position >= firsts[window + 1]) {
        window++;
      }
      return window;
    }
  }

  private final Epoch[] epochs = new Epoch[2];

  private Epoch epoch(long number) {
    int place = (int) (number & 1);
    if (epochs[place] == null || epochs[place].number != number) {
      epochs[place] = new Epoch(number);
    }
    return epochs[place];
  }

  private int size(int blockNumber) {
    return Math.min(block, set.count() - blockNumber * block);
  }

  private final class Window {
    private final byte[] images;

    /** In the set, of each image. */
    private final int[] numbers;

    private long number = -1;
    private int[] order;
    private CompletableFuture<Void> reading;

    Window(int count) {
      images = new byte[set.shape().bytes(count)];
      numbers = new int[count];
    }

    void await() {
      if (reading != null) {
        reading.exceptionally(failed -> null).join();
        reading = null;
      }
    }

    void read(Epoch epoch, int window) {
      order = new int[epoch.firsts[window + 1] - epoch.firsts[window]];
      Permutation.fill(order, ~seed, epoch.number * perEpoch + window);
      List<CompletableFuture<Void>> parts = new ArrayList<>(perWindow);
      int last = Math.min(blocks, (window + 1) * perWindow);
      for (int i = window * perWindow, at = 0; i < last; i++) {
        int from = epoch.order[i];
        int to = at;
        parts.add(
            CompletableFuture.runAsync(
                () -> set.copy(from * block, size(from), images, to * set.shape().size()),
                readers));
        for (int k = 0; k < size(from); k++) {
          numbers[at++] = from * block + k;
        }
      }
      reading = CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
    }
  }
}
