package io.mulan.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that are there whole or not at all: written under another name, forced to disk, renamed,
 * and the folder forced as well. Missing folders are made.
 */
public final class AtomicFile {
  private static final int BUFFER = 1 << 16;

  private AtomicFile() {}

  /** Writes what a file holds. */
  @FunctionalInterface
  public interface Content {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, in the place of one that may be there. A device or a pipe, which holds nothing,
   * is written to as it is.
   */
  public static void write(Path file, Content content) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      fill(file, content);
      return;
    }
    Path target = Files.isSymbolicLink(file) && Files.exists(file) ? file.toRealPath() : file;
    Durable.createParent(target);
    Path unfinished = Durable.unfinished(target);
    try {
      fill(unfinished, content);
      place(unfinished, target);
    } catch (IOException | RuntimeException e) {
      discard(unfinished);
      throw e;
    }
  }

  /** Writes a file of text, as UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Finds out that a file can be written, before the work. Leaves nothing behind, so that work that
   * is interrupted leaves nothing either.
   *
   * @throws IOException if it cannot be written
   */
  public static void requireWritable(Path file) throws IOException {
    Path there = file.toAbsolutePath().getParent();
    while (Files.notExists(there)) {
      there = there.getParent();
    }
    Durable.createParent(file);
    Path probe = Durable.unfinished(file);
    fill(probe, out -> out.write(0));
    Files.delete(probe);
    for (Path made = probe.toAbsolutePath().getParent(); !made.equals(there); ) {
      Files.delete(made);
      made = made.getParent();
    }
  }

  /** Gives a file that is complete its name in the same folder. */
  public static void place(Path complete, Path target) throws IOException {
    Durable.forceFile(complete);
    Durable.rename(complete, target);
  }

  /** What something is called until it is whole: a name next to it that readers pass over. */
  public static Path unfinished(Path target) {
    return Durable.unfinished(target);
  }

  /** Whether this is what is left of a file or folder whose writing was cut off. */
  public static boolean isUnfinished(Path path) {
    return Durable.isUnfinished(path);
  }

  private static void fill(Path file, Content content) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
      content.write(out);
    }
  }

  private static void discard(Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException ignored) {
      // The error that led here is the one to report; the next attempt writes over it.
    }
  }
}
