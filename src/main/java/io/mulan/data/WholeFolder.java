package io.mulan.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folders that are there whole or not at all: filled under another name, forced to disk, and then
 * renamed by whoever fills them.
 */
public final class WholeFolder {
  private WholeFolder() {}

  /** Writes into a folder. */
  @FunctionalInterface
  public interface Content {
    void write(Path folder) throws IOException;
  }

  /** Fills a new folder, in the place of whatever is there, and forces it to disk. */
  public static void fill(Path unfinished, Content content) throws IOException {
    delete(unfinished);
    Files.createDirectories(unfinished);
    content.write(unfinished);
    // A rename may outlive the data of what it names.
    for (Path file : files(unfinished)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }

  /** All files in a folder and those below it, sorted. */
  public static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** Removes a folder and all that is in it, if it is there. */
  public static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    } catch (NoSuchFileException nothingThere) {
      return;
    }
  }

  /** The same as far as it goes: for what is in nobody's way. */
  public static void discard(Path folder) {
    try {
      delete(folder);
    } catch (IOException | UncheckedIOException ignored) {
      // The error that led here is the one to tell.
    }
  }
}
