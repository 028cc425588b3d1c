package io.mulan.interop;

import io.mulan.config.ConfigException;
import io.mulan.config.IoReason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are there whole or not at all. */
final class WholeFile {
  private static final int BUFFER = 1 << 20;

  private WholeFile() {}

  /** Writes what a file holds. */
  @FunctionalInterface
  interface Content {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes a new file, under another name first.
   *
   * @throws ConfigException if it is there already, or can't be written
   */
  static void write(Path file, Content content) {
    if (Files.exists(file)) {
      throw new ConfigException(file + " is there already; name another file, or remove it");
    }
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER)) {
        content.write(out);
      }
      try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        channel.force(true); // a rename may outlive the data of what it names
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      discard(unfinished);
      throw new ConfigException(
          file + " can't be written: " + IoReason.of(e) + "; name a file elsewhere", e);
    }
  }

  private static void discard(Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException ignored) {
      // The error that led here is the one to tell.
    }
  }
}
