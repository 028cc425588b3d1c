package io.mulan.interop;

import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files for other programs, which never replace one that is there. */
final class NewFile {
  private NewFile() {}

  /**
   * Writes a new file.
   *
   * @throws ConfigException if it is there already, or cannot be written
   */
  static void write(Path file, AtomicFile.Content content) {
    if (Files.exists(file)) {
      throw new ConfigException(file + " is there already; name another file, or remove it");
    }
    try {
      AtomicFile.write(file, content);
    } catch (IOException e) {
      throw new ConfigException(
          file + " cannot be written: " + IoReason.of(e) + "; name a file elsewhere", e);
    }
  }
}
