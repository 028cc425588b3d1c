package io.mulan.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Knows how many bytes were written. */
public final class CountedOutput extends FilterOutputStream {
  private long count;

  public CountedOutput(OutputStream out) {
    super(out);
  }

  /** Bytes that were written until now. */
  public long count() {
    return count;
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    count++;
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    out.write(bytes, from, length);
    count += length;
  }
}
