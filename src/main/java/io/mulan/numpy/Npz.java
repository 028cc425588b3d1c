package io.mulan.numpy;

import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** An archive of named NumPy arrays; opening reads the directory, and arrays are read by name. */
public final class Npz implements AutoCloseable {
  private static final String SUFFIX = ".npy";

  /** The earliest time that zip knows. */
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final String file;
  private final ZipFile zip;

  private Npz(String file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  /**
   * Opens an archive.
   *
   * @throws ConfigException naming the file, if it is missing or no npz archive
   */
  public static Npz open(Path file) {
    try {
      return new Npz(file.toString(), new ZipFile(file.toFile()));
    } catch (IOException e) {
      throw new ConfigException("cannot read " + file + " as npz archive: " + IoReason.of(e));
    }
  }

  /** The names of the arrays, in the archive's order. */
  public List<String> names() {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(entry -> entry.endsWith(SUFFIX))
        .map(entry -> entry.substring(0, entry.length() - SUFFIX.length()))
        .toList();
  }

  /** Whether the archive holds an array of this name. */
  public boolean contains(String name) {
    return zip.getEntry(name + SUFFIX) != null;
  }

  /**
   * Reads the array of this name, and verifies its checksum.
   *
   * @throws ConfigException naming archive and array, if it is absent or damaged
   */
  public NpyArray array(String name) {
    ZipEntry entry = entry(name);
    try (InputStream stored = new BufferedInputStream(zip.getInputStream(entry))) {
      CheckedInputStream in = new CheckedInputStream(stored, new CRC32());
      NpyArray array = Npy.read(in, entry.getSize(), where(name));
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw Npy.broken(where(name), "its checksum differs");
      }
      return array;
    } catch (IOException e) {
      throw Npy.failure(where(name), e);
    }
  }

  /**
   * Reads what the array of this name is, not its elements.
   *
   * @throws ConfigException naming archive and array, if it is absent or no plain array
   */
  public NpyHeader header(String name) {
    try (DataInputStream in = stored(name)) {
      return NpyHeader.read(in, where(name));
    } catch (IOException e) {
      throw Npy.failure(where(name), e);
    }
  }

  /**
   * The elements of the array of this name as they are stored, to be read one after the other.
   *
   * @throws ConfigException naming archive and array, if it is absent or no plain array
   */
  public DataInputStream elements(String name) {
    try {
      DataInputStream in = stored(name);
      NpyHeader.read(in, where(name));
      return in;
    } catch (IOException e) {
      throw Npy.failure(where(name), e);
    }
  }

  private DataInputStream stored(String name) throws IOException {
    return new DataInputStream(new BufferedInputStream(zip.getInputStream(entry(name))));
  }

  private String where(String name) {
    return file + ", array " + name;
  }

  private ZipEntry entry(String name) {
    ZipEntry entry = zip.getEntry(name + SUFFIX);
    if (entry == null) {
      List<String> names = names();
      throw new ConfigException(
          "%s has no array %s; its %d arrays begin with %s"
              .formatted(file, name, names.size(), names.subList(0, Math.min(5, names.size()))));
    }
    return entry;
  }

  /**
   * Reads one array of an archive that comes as a stream, such as a resource of the jar.
   *
   * @throws ConfigException naming archive and array, if it is absent or damaged
   */
  public static NpyArray read(InputStream archive, String file, String name) {
    String where = file + ", array " + name;
    try (ZipInputStream in = new ZipInputStream(archive)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().equals(name + SUFFIX)) {
          return Npy.read(in, Long.MAX_VALUE, where);
        }
      }
    } catch (IllegalArgumentException e) { // an entry's name that is not UTF-8
      throw Npy.broken(where, "the archive is damaged");
    } catch (IOException e) {
      throw Npy.failure(where, e);
    }
    throw new ConfigException(file + " has no array " + name);
  }

  /**
   * Writes an archive of these arrays, compressed, in the map's order.
   *
   * @throws ConfigException naming the file, if it cannot be written
   */
  public static void write(Path file, Map<String, NpyArray> arrays) {
    try {
      AtomicFile.write(file, out -> write(out, arrays.keySet(), arrays::get));
    } catch (IOException e) {
      throw new ConfigException("cannot write " + file + ": " + IoReason.of(e));
    }
  }

  /** Writes an archive whose arrays are made one after another, in the order of their names. */
  public static void write(
      OutputStream stream, Collection<String> names, Function<String, NpyArray> arrays)
      throws IOException {
    ZipOutputStream out = new ZipOutputStream(stream);
    for (String name : names) {
      NpyArray array = arrays.apply(name);
      entry(out, name, array.header(), elements -> elements.write(array.data()));
    }
    out.finish();
  }

  /** Writes one array into an archive. */
  public static void entry(
      ZipOutputStream out, String name, NpyHeader header, AtomicFile.Content elements)
      throws IOException {
    ZipEntry entry = new ZipEntry(name + SUFFIX);
    entry.setTimeLocal(EPOCH); // the same arrays give the same bytes
    out.putNextEntry(entry);
    out.write(header.toBytes());
    elements.write(out);
    out.closeEntry();
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new ConfigException("cannot close " + file + ": " + IoReason.of(e));
    }
  }
}
