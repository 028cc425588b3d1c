package io.mulan.run;

import io.mulan.cluster.Workers;
import io.mulan.console.Stopped;
import io.mulan.files.ConfigException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * Work on numbered things, batch by batch, that processes of a cluster share: in each round every
 * one takes the next batch, and all hear what came of them. Batches and their order are those of
 * one process.
 */
final class SharedBatches {
  private static final int HEAD = 2 * Integer.BYTES;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Workers workers;
  private final int total;
  private final int batch;
  private final int bytes;

  /** What one process does with a batch. */
  @FunctionalInterface
  interface Work {
    /**
     * Puts what comes of those from {@code first} on.
     *
     * @throws Stopped if that was asked for: then it is as if it had not begun
     */
    void of(int first, int count, ByteBuffer made);
  }

  /** Hears, in order, what came of each batch. */
  @FunctionalInterface
  interface Listener {
    void made(int first, int count, ByteBuffer made);
  }

  /**
   * @param total how many things there are
   * @param batch how many are done at once
   * @param bytes of what comes of one
   */
  SharedBatches(Workers workers, int total, int batch, int bytes) {
    if (HEAD + (long) batch * bytes > MOST_BYTES) {
      throw new ConfigException(
          "what comes of a batch of %d has %d bytes each, more than 2 GiB in all; make batches of %d or fewer (--batch)"
              .formatted(batch, bytes, (MOST_BYTES - HEAD) / bytes));
    }
    this.workers = workers;
    this.total = total;
    this.batch = batch;
    this.bytes = bytes;
  }

  /** How many rounds there are. */
  int count() {
    return (int) ((total + each() - 1) / each());
  }

  /** How many are done in a round. */
  private long each() {
    return (long) batch * workers.cluster().size();
  }

  /** The round that begins before this thing, or with it. */
  int round(int first) {
    return (int) (first / each());
  }

  /**
   * How many of all are done when this process, which reports how far all are, has done so many of
   * those from {@code first} on.
   */
  int done(int first, int done) {
    return (int) Math.min(total, first + (long) done * workers.cluster().size());
  }

  /**
   * Does what there is to do.
   *
   * @param from the first thing; what the chief says counts
   * @return whether all is done; if not, a process was asked to stop
   */
  boolean run(int from, BooleanSupplier stopAsked, Work work, Listener listener) {
    for (int first = workers.chiefs(from); first < total; ) {
      ByteBuffer mine = ByteBuffer.allocate(HEAD + batch * bytes);
      int begin = (int) Math.min(total, first + (long) workers.cluster().task() * batch);
      int done = stopAsked.getAsBoolean() ? 0 : put(work, begin, mine);
      mine.putInt(0, done).putInt(Integer.BYTES, stopAsked.getAsBoolean() ? 1 : 0);
      boolean stop = false;
      boolean gap = false;
      for (byte[] one : workers.all(mine.array())) {
        ByteBuffer made = ByteBuffer.wrap(one);
        int count = made.getInt();
        stop |= made.getInt() != 0;
        gap |= count < size(first);
        if (!gap && count > 0) {
          listener.made(first, count, made.slice());
          first += count;
        }
      }
      if (stop && first < total) {
        return false;
      }
    }
    return true;
  }

  private int size(int first) {
    return Math.max(0, Math.min(batch, total - first));
  }

  /** How many this process has done of its batch: all or none. */
  private int put(Work work, int begin, ByteBuffer mine) {
    int count = size(begin);
    if (count == 0) {
      return 0;
    }
    try {
      work.of(begin, count, mine.slice(HEAD, count * bytes));
      return count;
    } catch (Stopped e) {
      return 0;
    }
  }
}
