package io.mulan.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A file that one program at a time holds; the system releases it when the program ends. */
public final class ProgramLock implements AutoCloseable {
  private static final long WAIT_MILLIS = 200;
  private static final long LONGEST_WAIT_NANOS = TimeUnit.MINUTES.toNanos(30);

  /**
   * The files that this program holds. A file has one channel: systems release all locks of a
   * program on a file when any of its channels is closed.
   */
  private static final Map<Path, Held> HELD = new HashMap<>();

  private static final class Held {
    private final FileChannel channel;
    private final boolean shared;
    private int users;

    private Held(FileChannel channel, boolean shared) {
      this.channel = channel;
      this.shared = shared;
    }
  }

  private final Path key;
  private final Held held;
  private boolean closed;

  private ProgramLock(Path key, Held held) {
    this.key = key;
    this.held = held;
  }

  /**
   * Holds a file, which is made if it is not there.
   *
   * @return nothing if another program, or this one, holds it
   */
  public static Optional<ProgramLock> tryHold(Path file) throws IOException {
    return locked(file, false, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /**
   * Holds a file that is there together with others that share it, in this program too, of which
   * none may {@link #tryHold} it.
   *
   * @return nothing if one holds it for itself
   */
  public static Optional<ProgramLock> tryShare(Path file) throws IOException {
    return locked(file, true, StandardOpenOption.READ);
  }

  private static Optional<ProgramLock> locked(Path file, boolean shared, OpenOption... options)
      throws IOException {
    Path key = file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
    synchronized (HELD) {
      Held held = HELD.get(key);
      if (held == null) {
        FileChannel channel = FileChannel.open(file, options);
        if (!lock(channel, shared)) {
          return Optional.empty();
        }
        held = new Held(channel, shared);
        HELD.put(key, held);
      } else if (!shared || !held.shared) {
        return Optional.empty();
      }
      held.users++;
      return Optional.of(new ProgramLock(key, held));
    }
  }

  /** Closes the channel if it cannot be locked. */
  private static boolean lock(FileChannel channel, boolean shared) throws IOException {
    FileLock lock = null;
    try {
      lock = channel.tryLock(0, Long.MAX_VALUE, shared);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock != null;
  }

  /**
   * The same, and waits for others that hold it.
   *
   * @param waiting run once if there is one to wait for
   * @throws IOException if it cannot be held within half an hour
   */
  public static ProgramLock hold(Path file, Runnable waiting) throws IOException {
    long start = System.nanoTime();
    boolean said = false;
    while (System.nanoTime() - start < LONGEST_WAIT_NANOS) {
      Optional<ProgramLock> lock = tryHold(file);
      if (lock.isPresent()) {
        return lock.get();
      }
      if (!said) {
        waiting.run();
        said = true;
      }
      try {
        Thread.sleep(WAIT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while another program holds " + file, e);
      }
    }
    throw new IOException("another program holds " + file);
  }

  /** Releases it. */
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (!closed) {
        closed = true;
        held.users--;
        if (held.users == 0) {
          HELD.remove(key);
          held.channel.close();
        }
      }
    }
  }
}
