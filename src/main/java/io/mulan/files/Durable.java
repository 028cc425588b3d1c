package io.mulan.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The steps by which something gets its name only once it is on disk. */
final class Durable {
  private static final String UNFINISHED = ".unfinished-";

  private Durable() {}

  /** What it is called until it is whole. */
  static Path unfinished(Path target) {
    return target.resolveSibling(UNFINISHED + target.getFileName());
  }

  /** Whether it is something that was not finished. */
  static boolean isUnfinished(Path path) {
    return path.getFileName().toString().startsWith(UNFINISHED);
  }

  /** Makes the folder that something is to be in, if it is missing, and those above it. */
  static void createParent(Path path) throws IOException {
    createFolder(path.toAbsolutePath().getParent());
  }

  /** Makes a folder, if it is missing, and those above it. */
  static void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    createParent(folder);
    Files.createDirectories(folder);
    forceFolder(folder.toAbsolutePath().getParent());
  }

  /** Gives what is on disk its name. */
  static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    forceFolder(to.toAbsolutePath().getParent());
  }

  static void forceFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException notPossibleHere) {
      // Some systems force no folders; what is in it has been forced, and is complete.
      return;
    }
  }
}
