package io.mulan.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A file that one program at a time holds; the system releases it when the program ends. */
public final class ProgramLock implements AutoCloseable {
  private static final long WAIT_MILLIS = 200;
  private static final long LONGEST_WAIT_NANOS = TimeUnit.MINUTES.toNanos(30);

  private final FileChannel channel;

  private ProgramLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Holds a file, which is made if it is not there.
   *
   * @return nothing if another program, or this one, holds it
   */
  public static Optional<ProgramLock> tryHold(Path file) throws IOException {
    return locked(
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE), false);
  }

  /**
   * Holds a file that is there together with others that share it, of which none may {@link
   * #tryHold} it.
   *
   * @return nothing if another program holds it for itself, or this one in any way
   */
  public static Optional<ProgramLock> tryShare(Path file) throws IOException {
    return locked(FileChannel.open(file, StandardOpenOption.READ), true);
  }

  private static Optional<ProgramLock> locked(FileChannel channel, boolean shared)
      throws IOException {
    FileLock held = tryLock(channel, shared);
    if (held == null) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(new ProgramLock(channel));
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

  private static FileLock tryLock(FileChannel channel, boolean shared) throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, shared);
    } catch (OverlappingFileLockException heldByThisProgram) {
      return null;
    }
  }

  /** Releases it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
