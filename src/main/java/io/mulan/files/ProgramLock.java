package io.mulan.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file that one program at a time holds; the system lets go of it when the program ends. */
public final class ProgramLock implements AutoCloseable {
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
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held = tryLock(channel);
    if (held == null) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(new ProgramLock(channel));
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProgram) {
      return null;
    }
  }

  /** Lets go of it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
