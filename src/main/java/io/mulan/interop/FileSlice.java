package io.mulan.interop;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Some bytes of a file as a stream of its own; one that ends before them fails. */
final class FileSlice extends FilterInputStream {
  private long left;

  private FileSlice(InputStream in, long length) {
    super(in);
    left = length;
  }

  static FileSlice open(Path file, long from, long length) throws IOException {
    FileChannel channel = FileChannel.open(file);
    channel.position(from);
    return new FileSlice(Channels.newInputStream(channel), length);
  }

  @Override
  public int read() throws IOException {
    if (left == 0) {
      return -1;
    }
    int value = in.read();
    counted(value < 0 ? -1 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (left == 0) {
      return length == 0 ? 0 : -1;
    }
    int count = in.read(target, offset, (int) Math.min(length, left));
    counted(count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long done = in.skip(Math.min(count, left));
    left -= done;
    return done;
  }

  private void counted(int count) throws EOFException {
    if (count < 0) {
      throw new EOFException("it ends too soon");
    }
    left -= count;
  }
}
