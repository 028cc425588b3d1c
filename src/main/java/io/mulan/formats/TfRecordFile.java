package io.mulan.formats;

import io.mulan.files.ConfigException;
import io.mulan.files.HeapShare;
import io.mulan.numpy.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * TensorFlow's record format, to be read in any order: length (uint64), its masked CRC-32C, data,
 * its masked CRC-32C; all little endian. Where the records begin takes 8 bytes of memory for each.
 */
public final class TfRecordFile {
  private static final int HEAD = 8 + 4;
  private static final int TAIL = 4;

  /** The bound of images; TensorFlow itself has none. */
  private static final int MOST_BYTES = 1 << 28;

  private static final int SCANNED_AT_ONCE = 1 << 16;

  private final Path file;
  private final long[] offsets;

  private TfRecordFile(Path file, long[] offsets) {
    this.file = file;
    this.offsets = offsets;
  }

  /**
   * Finds the records of a file by their lengths.
   *
   * @throws ConfigException naming file and offset, if a length is wrong or a record cut
   */
  public static TfRecordFile open(Path file, BadInput bad) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new TfRecordFile(file, new Scan(file, channel, bad).offsets());
    } catch (IOException e) {
      throw Npy.failure(file.toString(), e);
    }
  }

  /** A walk from head to head, through a buffer, as records of images are often short. */
  private static final class Scan {
    private final Path file;
    private final FileChannel channel;
    private final BadInput bad;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocate(SCANNED_AT_ONCE);

    /** The offset of the buffer's first byte. */
    private long from;

    Scan(Path file, FileChannel channel, BadInput bad) throws IOException {
      this.file = file;
      this.channel = channel;
      this.bad = bad;
      this.size = channel.size();
      buffer.order(ByteOrder.LITTLE_ENDIAN).limit(0);
    }

    long[] offsets() throws IOException {
      long[] found = new long[1024];
      int count = 0;
      for (long at = 0; at < size; ) {
        long end = end(at);
        if (end < 0) {
          break; // nothing says where the next one begins
        }
        if (count == found.length) {
          HeapShare.require(file + ": where its records begin", 2L * count * Long.BYTES);
          found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = at;
        at = end;
      }
      return Arrays.copyOf(found, count);
    }

    /** Where the record that begins here ends; -1 if it is bad. */
    private long end(long at) throws IOException {
      if (size - at < HEAD + TAIL) {
        bad.found(cut(file, at, size - at));
        return -1;
      }
      load(at);
      int inside = (int) (at - from);
      long length = buffer.getLong(inside);
      if (buffer.getInt(inside + 8) != maskedCrc(buffer.array(), inside, 8)
          || length < 0
          || length > MOST_BYTES) {
        bad.found(
            new ConfigException(
                "%s: the length of the record at offset %d is wrong; it is damaged, or no TFRecord"
                        .formatted(file, at)
                    + " file (compressed ones are to be unpacked)"));
        return -1;
      }
      if (length > size - at - HEAD - TAIL) {
        bad.found(cut(file, at, size - at));
        return -1;
      }
      return at + HEAD + length + TAIL;
    }

    private void load(long at) throws IOException {
      if (at >= from && at + HEAD <= from + buffer.limit()) {
        return;
      }
      buffer.clear();
      from = at;
      while (buffer.position() < HEAD) {
        if (channel.read(buffer, from + buffer.position()) < 0) {
          throw cut(file, at, buffer.position());
        }
      }
      buffer.flip();
    }
  }

  public int count() {
    return offsets.length;
  }

  /** For messages. */
  public String name(int number) {
    return "%s: record %d at offset %d".formatted(file, number, offsets[number]);
  }

  /**
   * The data of a record.
   *
   * @throws ConfigException naming file and offset, if it differs from its checksum
   */
  public byte[] read(FileChannel channel, int number) throws IOException {
    long at = offsets[number];
    long length = littleEndian(fill(channel, at, at, 8)).getLong(0);
    if (length < 0 || length > MOST_BYTES) {
      throw new ConfigException(name(number) + " has changed while it was read");
    }
    HeapShare.require(name(number), length);
    byte[] data = fill(channel, at, at + HEAD, (int) length);
    byte[] crc = fill(channel, at, at + HEAD + length, TAIL);
    if (littleEndian(crc).getInt(0) != maskedCrc(data, 0, data.length)) {
      throw new ConfigException(
          name(number) + " differs from its checksum; fetch or write it again");
    }
    return data;
  }

  public FileChannel open() throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /** Why it cannot be read, in words. */
  public ConfigException failure(IOException e) {
    return Npy.failure(file.toString(), e);
  }

  private byte[] fill(FileChannel channel, long record, long at, int count) throws IOException {
    byte[] bytes = new byte[count];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw cut(file, record, at + buffer.position() - record);
      }
    }
    return bytes;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ConfigException cut(Path file, long at, long bytes) {
    return new ConfigException(
        "%s ends within the record at offset %d, after %d bytes of it; fetch or write it again"
            .formatted(file, at, bytes));
  }

  /** Masked, because a CRC over data that holds its own CRC would prove little. */
  private static int maskedCrc(byte[] data, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(data, from, length);
    return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
  }
}
