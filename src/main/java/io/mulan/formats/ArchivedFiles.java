package io.mulan.formats;

import io.mulan.files.ConfigException;
import io.mulan.files.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Files in a tar or zip, which are read where they lie, in any order. Nothing is unpacked, so no
 * name can lead anywhere.
 *
 * @param named as the user named it, for messages
 * @param archive that has them: the same, or its content in the cache
 * @param entries in the archive's order
 */
public record ArchivedFiles(Path named, Path archive, List<Entry> entries) {
  private static final int MOST_BYTES = 1 << 28;
  private static final int NO_CRC = -1;

  /** The most that deflate can shrink. */
  private static final int MOST_TIMES = 1032;

  /**
   * A file.
   *
   * @param at the offset of its bytes
   * @param stored how many they are there
   * @param bytes that it has
   * @param deflated whether they are compressed there
   * @param crc of them; -1 where the archive has none
   */
  public record Entry(String name, long at, int stored, int bytes, boolean deflated, long crc) {}

  /**
   * Finds the files that are wanted; of a tar that is compressed, unpacked.
   *
   * @throws ConfigException naming the archive, if it is damaged, or one of them cannot be read
   */
  public static ArchivedFiles open(Path file, Unpacked unpacked, Predicate<String> wanted) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(2);
      boolean zip = start.length == 2 && start[0] == 'P' && start[1] == 'K';
      return zip ? zip(file, wanted) : tar(file, unpacked.gzip(file), wanted);
    } catch (ConfigException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // damaged archives make readers throw anything
      throw new ConfigException(
          file + " cannot be read as tar or zip: it is damaged; fetch or write it again", e);
    }
  }

  private static ArchivedFiles tar(Path named, Path file, Predicate<String> wanted)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (TarFile tar = new TarFile(file)) {
      for (TarArchiveEntry entry : tar.getEntries()) {
        String name = plain(named, entry.getName());
        if (entry.isDirectory() || !wanted.test(name)) {
          continue;
        }
        boolean link = entry.isSymbolicLink() || entry.isLink();
        if (link || !entry.isFile() || entry.isSparse()) {
          throw refusal(named, name, "is a link, or has holes; write it as a plain file");
        }
        int bytes = bytes(named, name, entry.getSize());
        entries.add(new Entry(name, entry.getDataOffset(), bytes, bytes, false, NO_CRC));
      }
    }
    return new ArchivedFiles(named, file, entries);
  }

  private static ArchivedFiles zip(Path file, Predicate<String> wanted) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (ZipFile zip = ZipFile.builder().setPath(file).get()) {
      for (Enumeration<ZipArchiveEntry> all = zip.getEntriesInPhysicalOrder();
          all.hasMoreElements(); ) {
        ZipArchiveEntry entry = all.nextElement();
        String name = plain(file, entry.getName());
        if (entry.isDirectory() || !wanted.test(name)) {
          continue;
        }
        boolean deflated = entry.getMethod() == ZipEntry.DEFLATED;
        if ((!deflated && entry.getMethod() != ZipEntry.STORED)
            || entry.getGeneralPurposeBit().usesEncryption()
            || entry.isUnixSymlink()) {
          throw refusal(
              file, name, "is encrypted, a link, or compressed otherwise; store or deflate it");
        }
        int bytes = bytes(file, name, entry.getSize());
        int stored = bytes(file, name, entry.getCompressedSize());
        if (deflated ? bytes / MOST_TIMES > stored : bytes != stored) {
          throw refusal(file, name, "cannot have %d bytes; it is damaged".formatted(bytes));
        }
        entries.add(
            new Entry(name, entry.getDataOffset(), stored, bytes, deflated, entry.getCrc()));
      }
    }
    return new ArchivedFiles(file, file, entries);
  }

  /** With slashes, and from the archive's top on. */
  private static String plain(Path file, String name) {
    if (name.chars().anyMatch(Character::isISOControl)) { // it may become a class, or a message
      throw refusal(file, name, "is a name with control characters; write the archive again");
    }
    return name.replace('\\', '/').replaceFirst("^(\\./|/)+", "");
  }

  private static int bytes(Path file, String name, long bytes) {
    if (bytes < 0 || bytes > MOST_BYTES) {
      throw refusal(
          file, name, "has %d bytes; %d MiB at most are read".formatted(bytes, MOST_BYTES >> 20));
    }
    return (int) bytes;
  }

  private static ConfigException refusal(Path file, String name, String why) {
    return new ConfigException("%s: %s %s".formatted(file, Printable.of(name), why));
  }

  /** Those whose names are wanted. */
  public ArchivedFiles only(Predicate<String> wanted) {
    return new ArchivedFiles(
        named, archive, entries.stream().filter(e -> wanted.test(e.name())).toList());
  }

  /** For messages. */
  public String name(Entry entry) {
    return "%s: %s".formatted(named, Printable.of(entry.name()));
  }

  /**
   * The bytes of a file.
   *
   * @throws ConfigException naming archive and file, if they differ from its checksum
   */
  public byte[] read(FileChannel channel, Entry entry) throws IOException {
    if (entry.stored() > channel.size() - entry.at()) {
      throw new EOFException(); // before memory is taken for what is not there
    }
    byte[] stored = new byte[entry.stored()];
    ByteBuffer buffer = ByteBuffer.wrap(stored);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, entry.at() + buffer.position()) < 0) {
        throw new EOFException();
      }
    }
    byte[] bytes = entry.deflated() ? inflated(stored, entry) : stored;
    if (entry.crc() != NO_CRC) {
      CRC32 crc = new CRC32();
      crc.update(bytes);
      if (crc.getValue() != entry.crc()) {
        throw refusal(
            named, entry.name(), "differs from its checksum; fetch or write the archive again");
      }
    }
    return bytes;
  }

  private byte[] inflated(byte[] stored, Entry entry) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(stored);
      byte[] bytes = new byte[entry.bytes()];
      int done = 0;
      while (done < bytes.length) {
        int some = inflater.inflate(bytes, done, bytes.length - done);
        if (some == 0) {
          throw new DataFormatException();
        }
        done += some;
      }
      return bytes;
    } catch (DataFormatException e) {
      throw refusal(named, entry.name(), "is damaged; fetch or write the archive again");
    } finally {
      inflater.end();
    }
  }
}
