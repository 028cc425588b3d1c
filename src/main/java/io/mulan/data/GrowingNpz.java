package io.mulan.data;

import io.mulan.config.ImageShape;
import io.mulan.files.AtomicFile;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyHeader;
import io.mulan.numpy.Npz;
import io.mulan.readers.RecordFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipOutputStream;

/**
 * An archive of arrays that grow batch by batch. What is added lies in files next to the archive
 * until it is written, so that any number of images takes the memory of a batch.
 */
public final class GrowingNpz implements AutoCloseable {
  private final Path archive;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  /** An array so far: its elements, little-endian, in a file. */
  private static final class Part {
    private final Path file;
    private final NpyArray like;
    private final OutputStream out;
    private int count;

    Part(Path file, NpyArray like) throws IOException {
      this.file = file;
      this.like = like;
      this.out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    }

    NpyHeader header() {
      int[] shape = like.shape();
      shape[0] = count;
      return new NpyHeader("array", like.type(), ByteOrder.LITTLE_ENDIAN, false, shape);
    }
  }

  /**
   * Begins an archive that is not there until {@link #write}.
   *
   * @throws ConfigException if nothing can be written where it is to be
   */
  public GrowingNpz(Path archive) {
    this.archive = archive;
    try {
      AtomicFile.requireWritable(archive);
    } catch (IOException e) {
      throw failure(archive, e);
    }
  }

  private static Path unfinished(Path archive, String name) {
    return AtomicFile.unfinished(archive.resolveSibling(archive.getFileName() + "-" + name));
  }

  private static ConfigException failure(Path file, IOException e) {
    return new ConfigException(
        file + " cannot be written: " + IoReason.of(e) + "; name another folder with --out", e);
  }

  /**
   * Appends to an array.
   *
   * @param batch [N,...]; of one type, and but for N of one shape, in all calls for a name
   * @throws ConfigException if it cannot be written
   */
  public void add(String name, NpyArray batch) {
    try {
      Part part = parts.get(name);
      if (part == null) {
        AtomicFolder.make(archive.toAbsolutePath().getParent());
        part = new Part(unfinished(archive, name), batch);
        parts.put(name, part);
      }
      int[] shape = batch.shape();
      int[] before = part.like.shape();
      if (batch.type() != part.like.type()
          || !Arrays.equals(shape, 1, shape.length, before, 1, before.length)) {
        throw new IllegalArgumentException(name + " grows by other elements than it has");
      }
      part.out.write(batch.data());
      part.count = Math.addExact(part.count, shape[0]);
    } catch (IOException e) {
      throw failure(archive, e);
    }
  }

  /** How many rows the array of this name has. */
  public int count(String name) {
    Part part = parts.get(name);
    return part == null ? 0 : part.count;
  }

  /**
   * Writes the archive of what was added, whole or not at all, in the place of one that may be
   * there.
   *
   * @throws ConfigException if it cannot be written
   */
  public void write() {
    try {
      for (Part part : parts.values()) {
        part.out.flush();
      }
      AtomicFile.write(
          archive,
          stream -> {
            ZipOutputStream zip = new ZipOutputStream(stream);
            for (Map.Entry<String, Part> e : parts.entrySet()) {
              Part part = e.getValue();
              Npz.entry(zip, e.getKey(), part.header(), out -> Files.copy(part.file, out));
            }
            zip.finish();
          });
    } catch (IOException e) {
      throw failure(archive, e);
    }
  }

  /**
   * An array that was added as images, which are read when they are asked for.
   *
   * @param title of the set
   */
  public ImageSet images(String name, String title, int levels) {
    Part part = parts.get(name);
    int[] size = part.like.shape();
    ImageShape shape = new ImageShape(size[1], size[2], size[3]);
    RecordFile.Layout layout = RecordFile.Layout.plain(shape);
    try {
      part.out.flush();
    } catch (IOException e) {
      throw failure(archive, e);
    }
    return new ImageSet(
        title,
        shape,
        levels,
        new RecordFile(part.file, 0, part.count, layout, levels),
        0,
        Augmentation.NONE,
        new Conditions(0, false));
  }

  /** Removes what lies next to the archive. */
  @Override
  public void close() {
    for (Part part : parts.values()) {
      try {
        part.out.close();
      } catch (IOException diskIsFull) {
        // What was to be written is given up.
      }
      try {
        Files.deleteIfExists(part.file);
      } catch (IOException nothingMoreToDo) {
        // The next archive of this name writes over it.
      }
    }
  }
}
