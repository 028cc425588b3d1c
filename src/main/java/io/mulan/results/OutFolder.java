package io.mulan.results;

import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder that a command leaves its results in. A JSON file in it says what they were made with;
 * it comes after the results and before their pictures.
 *
 * @param json the name of that file
 */
public record OutFolder(Path path, String json) {
  private static final String IMAGES = "images";

  /** A file in it. */
  public Path resolve(String name) {
    return path.resolve(name);
  }

  /**
   * Makes it, and finds out that results can be written into it: before the work.
   *
   * @throws ConfigException if they cannot
   */
  public OutFolder requireWritable() {
    requireWritable(resolve(json));
    return this;
  }

  /** The same for any file that a command is to write. */
  public static void requireWritable(Path file) {
    try {
      AtomicFile.requireWritable(file);
    } catch (IOException e) {
      throw new ConfigException(
          file + " cannot be written: " + IoReason.of(e) + "; name another place with --out", e);
    }
  }

  /** Whether it has results of an earlier time. */
  public boolean isTaken() {
    return Files.exists(resolve(json));
  }

  /**
   * Removes what is there of an earlier time, so that it is never next to what is new. Where no
   * JSON file says that a command here wrote it, nothing is.
   *
   * @param names of the files; in {@code images} all pictures by numbers go as well
   * @throws ConfigException if that fails
   */
  public void clear(String... names) {
    if (!isTaken()) {
      return;
    }
    try {
      for (String name : names) {
        Files.deleteIfExists(resolve(name));
      }
      clearImages();
      Files.delete(resolve(json));
    } catch (IOException e) {
      throw new ConfigException(
          path
              + " has results of an earlier time, which cannot be removed: "
              + IoReason.of(e)
              + "; name another folder with --out",
          e);
    }
  }

  private void clearImages() throws IOException {
    Path images = resolve(IMAGES);
    if (!Files.isDirectory(images)) {
      return;
    }
    try (Stream<Path> all = Files.list(images)) {
      for (Path picture : (Iterable<Path>) all::iterator) {
        if (picture.getFileName().toString().matches("[0-9]{4,}\\.png")) {
          Files.delete(picture);
        }
      }
    }
  }

  /** A line that names what was written; empty names are left out. */
  public String written(String... names) {
    return Stream.of(names)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.joining(", ", "files: " + path + " (", ")"));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
