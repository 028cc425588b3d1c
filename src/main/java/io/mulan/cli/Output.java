package io.mulan.cli;

import io.mulan.files.IoReason;
import io.mulan.files.Printable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Optional;

/**
 * Standard output, to which results are printed. Names in them cannot control a terminal, and a
 * write that fails is not lost.
 */
final class Output extends PrintStream {
  private final Checked checked;

  Output(OutputStream out, Charset charset) {
    this(new Checked(out), charset);
  }

  private Output(Checked checked, Charset charset) {
    super(checked, true, charset);
    this.checked = checked;
  }

  @Override
  public void print(String text) {
    super.print(Printable.lines(String.valueOf(text)));
  }

  @Override
  public void print(Object value) {
    print(String.valueOf(value));
  }

  /** Why something that was printed has not been written, if that is so. */
  Optional<String> failure() {
    flush();
    return Optional.ofNullable(checked.failure).map(IoReason::of);
  }

  /** A {@code PrintStream} remembers that it failed, not why. */
  private static final class Checked extends FilterOutputStream {
    private IOException failure;

    Checked(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
