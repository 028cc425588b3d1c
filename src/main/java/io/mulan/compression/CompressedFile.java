package io.mulan.compression;

import io.mulan.files.ConfigException;
import io.mulan.files.CountedInput;
import io.mulan.files.HeapShare;
import io.mulan.files.IoReason;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The format of a file of compressed images: a head, the streams one after another, each but the
 * last with its length before it, and a CRC-32C of all that. Whole numbers that have no fixed size
 * are in groups of 7 bits, the lowest first, with the highest bit of a byte set where more follow.
 */
public final class CompressedFile {
  private static final int MAGIC = 0x6d756c; // mul
  private static final int VERSION = 1;
  private static final int CHECKSUM_BYTES = 4;

  /** The bytes of a head at least, with a stream and the checksum. */
  private static final int LEAST_BYTES = 25;

  /** Cells to a deviation are kept in quarters. */
  private static final int QUARTERS = 4;

  private CompressedFile() {}

  /**
   * What is needed to read the streams.
   *
   * @param model a checksum of weights and settings
   * @param platform a checksum of what else the numbers of the network depend on
   * @param steps T
   * @param cells of the grid to a standard deviation, a multiple of a quarter
   * @param count of images
   * @param streams that they are spread over, as evenly as can be
   */
  public record Head(int model, int platform, int steps, double cells, int count, int streams) {

    /** The number of the first image of a stream. */
    public int first(int stream) {
      return (int) ((long) count * stream / streams);
    }

    /** How many images a stream has. */
    public int count(int stream) {
      return first(stream + 1) - first(stream);
    }

    private void write(DataOutputStream out) throws IOException {
      out.writeInt(MAGIC << Byte.SIZE | VERSION);
      out.writeInt(model);
      out.writeInt(platform);
      number(out, steps);
      number(out, (int) Math.round(cells * QUARTERS));
      number(out, count);
      number(out, streams);
    }

    /**
     * @throws ConfigException if it is not what {@link #write} writes
     */
    private static Head read(DataInputStream in, Path file) throws IOException {
      int first = in.readInt();
      if (first >>> Byte.SIZE != MAGIC) {
        throw new ConfigException(
            file + " is not a file of mulan compress: it does not begin as one does");
      }
      int version = first & 0xff;
      if (version != VERSION) {
        throw new ConfigException(
            "%s has format version %d; this program reads version %d: use the program that wrote it"
                .formatted(file, version, VERSION));
      }
      Head head =
          new Head(
              in.readInt(),
              in.readInt(),
              number(in),
              (double) number(in) / QUARTERS,
              number(in),
              number(in));
      if (head.steps < 1 || head.cells <= 0 || head.streams < 1 || head.count < head.streams) {
        throw damaged(file, "its head is not one that mulan compress writes");
      }
      return head;
    }
  }

  /** Writes a file, stream by stream. */
  public static final class Writer {
    private final CRC32C crc = new CRC32C();
    private final DataOutputStream out;
    private int left;

    /** Writes the head. */
    public Writer(OutputStream to, Head head) throws IOException {
      out = new DataOutputStream(new CheckedOutputStream(to, crc));
      left = head.streams();
      head.write(out);
    }

    /** Writes the next stream; after the last one, the checksum. */
    public void write(byte[] stream) throws IOException {
      left--;
      if (left > 0) {
        number(out, stream.length);
      }
      out.write(stream);
      if (left == 0) {
        out.writeInt((int) crc.getValue());
      }
      out.flush();
    }
  }

  /** Reads a file, stream by stream. */
  public static final class Reader implements AutoCloseable {
    private final Path file;
    private final DataInputStream in;
    private final Head head;
    private final CountedInput counted;
    private final long end;
    private int left;

    /**
     * Opens a file, all of whose bytes are compared with its checksum.
     *
     * @throws ConfigException if it cannot be read, is damaged or of another kind
     */
    public Reader(Path file) {
      this.file = file;
      try {
        check(file);
        end = Files.size(file) - CHECKSUM_BYTES;
        counted = new CountedInput(new BufferedInputStream(Files.newInputStream(file)));
        in = new DataInputStream(counted);
        head = Head.read(in, file);
        left = head.streams();
      } catch (IOException e) {
        throw failure(file, e);
      }
    }

    public Head head() {
      return head;
    }

    /**
     * The next stream.
     *
     * @throws ConfigException if there is none
     */
    public byte[] next() {
      try {
        left--;
        long length = left > 0 ? number(in) : end - counted.count();
        if (length < 0 || length > end - counted.count()) {
          throw damaged(file, "a stream is longer than the file");
        }
        HeapShare.require(file.toString(), length);
        return in.readNBytes((int) length);
      } catch (IOException e) {
        throw failure(file, e);
      }
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException nothingIsLost) {
        // It was only read.
      }
    }

    private static void check(Path file) throws IOException {
      long size = Files.size(file);
      CRC32C crc = new CRC32C();
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
        if (size < LEAST_BYTES) {
          throw new ConfigException(
              "%s is not a file of mulan compress: it has %d bytes only".formatted(file, size));
        }
        Head.read(in, file); // what is wrong with it says more than the checksum
      }
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
        byte[] some = new byte[1 << 16];
        for (long done = 0; done < size - CHECKSUM_BYTES; ) {
          int count =
              in.readNBytes(some, 0, (int) Math.min(some.length, size - CHECKSUM_BYTES - done));
          if (count == 0) {
            throw new EOFException();
          }
          crc.update(some, 0, count);
          done += count;
        }
        if (in.readInt() != (int) crc.getValue()) {
          throw damaged(file, "its checksum is not that of its bytes");
        }
      }
    }
  }

  private static ConfigException failure(Path file, IOException e) {
    return e instanceof EOFException
        ? damaged(file, "it ends too soon")
        : new ConfigException(file + " cannot be read: " + IoReason.of(e), e);
  }

  private static ConfigException damaged(Path file, String why) {
    return new ConfigException(
        file + " is damaged (" + why + "); copy it again, or compress the images again");
  }

  private static void number(DataOutputStream out, int value) throws IOException {
    int rest = value;
    while (rest >= 1 << 7) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  private static int number(DataInputStream in) throws IOException {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      int next = in.readUnsignedByte();
      if (shift > 28 || (shift == 28 && next > 7)) {
        return -1;
      }
      value |= (next & 0x7f) << shift;
      if (next < 1 << 7) {
        return value;
      }
    }
  }
}
