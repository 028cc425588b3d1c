package io.mulan.formats;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file from its start on, through a buffer, of which parts can be skipped. */
final class PickleInput implements Closeable {
  private static final int BUFFERED = 1 << 16;

  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFERED).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private final long size;

  /** The offset of the buffer's first byte. */
  private long from;

  PickleInput(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
    size = channel.size();
  }

  /** The offset of the next byte. */
  long at() {
    return from + buffer.position();
  }

  /** Skips this many bytes. */
  void skip(long bytes) throws IOException {
    if (bytes < 0 || bytes > size - at()) {
      throw new EOFException();
    }
    if (bytes <= buffer.remaining()) {
      buffer.position(buffer.position() + (int) bytes);
    } else {
      from = at() + bytes;
      buffer.limit(0);
    }
  }

  int unsigned1() throws IOException {
    return wanted(1).get() & 0xff;
  }

  int unsigned2() throws IOException {
    return wanted(2).getShort() & 0xffff;
  }

  int signed4() throws IOException {
    return wanted(4).getInt();
  }

  long unsigned4() throws IOException {
    return Integer.toUnsignedLong(signed4());
  }

  long signed8() throws IOException {
    return wanted(8).getLong();
  }

  /** Skips a line and returns its length without its end. */
  long skipLine() throws IOException {
    long start = at();
    while (unsigned1() != '\n') {}
    return at() - start - 1;
  }

  /**
   * The text of a line.
   *
   * @throws EOFException if it is longer than a name or number is
   */
  String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int next = unsigned1(); next != '\n'; next = unsigned1()) {
      if (text.length() == BUFFERED) {
        throw new EOFException();
      }
      text.append((char) next);
    }
    return text.toString();
  }

  private ByteBuffer wanted(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      long at = at();
      buffer.compact();
      from = at;
      while (buffer.position() < bytes) {
        if (channel.read(buffer, from + buffer.position()) < 0) {
          throw new EOFException();
        }
      }
      buffer.flip();
    }
    return buffer;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
