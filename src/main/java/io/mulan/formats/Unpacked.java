package io.mulan.formats;

import io.mulan.files.AtomicFolder;
import io.mulan.files.Cache;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.ProgramLock;
import io.mulan.numpy.Npy;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What compressed files hold, unpacked once into the cache, so that images can be read in any
 * order. What is there is whole; it is made again when the compressed file has changed.
 */
public final class Unpacked {
  private static final Logger LOG = LogManager.getLogger(Unpacked.class);

  /** Images that are kept compressed shrink by far less; gzip could by a thousand times. */
  private static final int MOST_TIMES = 100;

  private static final long ALWAYS_ALLOWED = 64L << 20;

  private static final String CONTENT = "content";

  private final boolean allowLarge;

  /**
   * @param allowLarge whether a file may unpack to any size; otherwise to a hundred times its own,
   *     or 64 MiB
   */
  public Unpacked(boolean allowLarge) {
    this.allowLarge = allowLarge;
  }

  /**
   * The folder with the content of a .tar.gz.
   *
   * @throws ConfigException if it cannot be unpacked
   */
  public Path archive(Path file) {
    return folder(file, "", unfinished -> Archive.unpack(file, unfinished, most(Files.size(file))));
  }

  /**
   * The file itself, or, if it is one of gzip, its content.
   *
   * @throws ConfigException if it cannot be unpacked
   */
  public Path gzip(Path file) {
    if (!isGzip(file)) {
      return file;
    }
    return folder(file, "", unfinished -> inflate(file, unfinished.resolve(CONTENT)))
        .resolve(CONTENT);
  }

  /** Content that comes as a stream. */
  public interface Content {
    InputStream open() throws IOException;
  }

  /**
   * A file with the content of one entry of an archive.
   *
   * @throws ConfigException if it has other bytes than the archive says, or cannot be read
   */
  public Path entry(Path archive, String name, ZipEntry entry, Content content) {
    return folder(
            archive,
            name,
            unfinished -> {
              long bytes = entry.getSize();
              if (bytes > most(entry.getCompressedSize())) {
                throw tooLarge(archive + ", array " + name, most(entry.getCompressedSize()));
              }
              Path target = unfinished.resolve(CONTENT);
              CRC32 found = new CRC32();
              try (InputStream in = new CheckedInputStream(content.open(), found)) {
                copy(archive, in, target, bytes);
              }
              if (Files.size(target) != bytes || found.getValue() != entry.getCrc()) {
                throw new ConfigException(
                    "%s, array %s: %d bytes are not the %d that the archive says, or differ; it is"
                            .formatted(archive, name, Files.size(target), bytes)
                        + " damaged: fetch or write it again");
              }
            })
        .resolve(CONTENT);
  }

  /**
   * A file with a part of a file that has a form of its own there.
   *
   * @param most bytes that it may have
   * @throws ConfigException if it has more, or cannot be read
   */
  public Path content(Path file, String name, long most, Content content) {
    return folder(
            file,
            name,
            unfinished -> {
              try (InputStream in = content.open()) {
                copy(file, in, unfinished.resolve(CONTENT), most);
              }
            })
        .resolve(CONTENT);
  }

  /** How many bytes a file of this size may unpack to. */
  private long most(long packed) {
    return allowLarge ? Long.MAX_VALUE : Math.max(ALWAYS_ALLOWED, MOST_TIMES * packed);
  }

  static ConfigException tooLarge(Object what, long most) {
    return new ConfigException(
        "%s unpacks to more than %d MiB, which is suspiciously much for its size; if it is meant to, --allow-large (data.allow_large=true) unpacks it"
            .formatted(what, most >> 20));
  }

  private static boolean isGzip(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 0x1f && in.read() == 0x8b;
    } catch (IOException e) {
      throw Npy.failure(file.toString(), e);
    }
  }

  private void inflate(Path file, Path target) throws IOException {
    try (InputStream in =
        new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)), 1 << 16)) {
      copy(file, in, target, most(Files.size(file)));
    }
  }

  private static void copy(Path from, InputStream in, Path target, long most) throws IOException {
    try (OutputStream out = Files.newOutputStream(target)) {
      byte[] buffer = new byte[1 << 16];
      long bytes = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes += read;
        if (bytes > most) {
          throw tooLarge(from, most);
        }
        out.write(buffer, 0, read);
      }
    }
  }

  private static Path folder(Path file, String part, AtomicFolder.Content content) {
    try {
      Path cache = Files.createDirectories(Cache.folder().resolve("unpacked"));
      Path folder = cache.resolve(name(file, part));
      if (Files.isDirectory(folder)) {
        return folder;
      }
      try (ProgramLock held =
          ProgramLock.hold(
              cache.resolve(folder.getFileName() + ".lock"),
              () -> LOG.info("another program unpacks {}; waiting for it...", file))) {
        if (!Files.isDirectory(folder)) {
          LOG.info("unpacking {} into {}, once...", file, folder);
          AtomicFolder.write(folder, content);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new ConfigException(
          "%s cannot be unpacked into %s: %s; set MULAN_CACHE to a folder with room, or unpack it"
                  .formatted(file, Cache.folder(), IoReason.of(e))
              + " yourself",
          e);
    }
  }

  /** Another one for every file, and for every change of it. */
  private static String name(Path file, String part) throws IOException {
    Path real = file.toRealPath();
    String text = real + "|" + part + "|" + Files.getLastModifiedTime(real).toMillis();
    CRC32 crc = new CRC32();
    crc.update(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    return "%s-%x-%08x".formatted(real.getFileName(), Files.size(real), crc.getValue());
  }
}
