package io.mulan.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folders that are there whole or not at all: filled under another name, forced to disk with all
 * that is in them, renamed, and the folder around them forced as well.
 */
public final class AtomicFolder {
  private AtomicFolder() {}

  /** Writes into a folder. */
  @FunctionalInterface
  public interface Content {
    void write(Path folder) throws IOException;
  }

  /** Writes a folder, in the place of one that may be there. Missing folders are made. */
  public static void write(Path target, Content content) throws IOException {
    Path unfinished = Durable.unfinished(target);
    try {
      Durable.createParent(target);
      delete(unfinished);
      Files.createDirectory(unfinished);
      content.write(unfinished);
      for (Path path : all(unfinished)) {
        if (Files.isDirectory(path)) {
          Durable.forceFolder(path);
        } else {
          Durable.forceFile(path);
        }
      }
      if (Files.exists(target)) {
        remove(target);
      }
      Durable.rename(unfinished, target);
    } catch (IOException | RuntimeException e) {
      discard(unfinished);
      throw e;
    }
  }

  /** Removes a folder, which is renamed first: what has its name is always whole. */
  public static void remove(Path folder) throws IOException {
    Path old = Durable.unfinished(folder.resolveSibling("old-" + folder.getFileName()));
    delete(old);
    Durable.rename(folder, old);
    delete(old);
  }

  /** Removes what writing or removing folders in this one has left where it was cut off. */
  public static void clean(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      entries.filter(Durable::isUnfinished).toList().forEach(AtomicFolder::discard);
    }
  }

  /** Makes a folder that survives a loss of power, if it is missing, and those above it. */
  public static void make(Path folder) throws IOException {
    Durable.createFolder(folder.toAbsolutePath());
  }

  /** All files in a folder and those below it, sorted. */
  public static List<Path> files(Path folder) throws IOException {
    return all(folder).stream().filter(Files::isRegularFile).toList();
  }

  private static List<Path> all(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Removes a folder and all that is in it, if it is there. */
  public static void delete(Path folder) throws IOException {
    try {
      for (Path path : all(folder).stream().sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (NoSuchFileException nothingThere) {
      return;
    }
  }

  private static void discard(Path folder) {
    try {
      delete(folder);
    } catch (IOException ignored) {
      // The error that led here is the one to report; the next attempt removes it.
    }
  }
}
