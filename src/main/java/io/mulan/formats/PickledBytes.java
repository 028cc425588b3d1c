package io.mulan.formats;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes, or a text of Latin-1, where they lie in a pickle.
 *
 * @param length of what lies there, in bytes of the file
 */
public record PickledBytes(Path file, long offset, long length, Form form) {
  private static final int LONGEST_NAME = 4096;

  /** How they are written. */
  enum Form {
    /** As they are. */
    PLAIN,
    /** As a text in UTF-8, a letter for each byte: how Python 3 writes bytes for Python 2. */
    UTF8,
    /** As a line with {@code \}{@code uXXXX} for some: the same in the protocol of plain text. */
    UNICODE_ESCAPES,
    /** As a literal of Python in quotes: how Python 2 wrote them in that protocol. */
    LITERAL
  }

  /** Whether the file has the bytes as they are. */
  public boolean isPlain() {
    return form == Form.PLAIN;
  }

  /**
   * A short text.
   *
   * @throws InvalidObjectException if it is longer than names are
   */
  String name() throws IOException {
    if (length > LONGEST_NAME) {
      throw new InvalidObjectException("a name of %d bytes".formatted(length));
    }
    try (InputStream in = open()) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  /** The bytes. */
  public InputStream open() throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in.skipNBytes(offset);
    return new Decoded(in);
  }

  /** What was written, a byte after the other. */
  private final class Decoded extends InputStream {
    private final InputStream in;
    private long left = length;

    Decoded(InputStream in) throws IOException {
      this.in = in;
      if (form == Form.LITERAL) {
        int quote = next();
        if (length < 2 || (quote != '\'' && quote != '"')) {
          throw new InvalidObjectException("a literal without quotes");
        }
        left--; // the closing one
      }
    }

    @Override
    public int read() throws IOException {
      if (left <= 0) {
        return -1;
      }
      int first = next();
      return switch (form) {
        case PLAIN -> first;
        case UTF8 -> first < 0x80 ? first : second(first);
        case UNICODE_ESCAPES -> first == '\\' ? escapedUnicode() : first;
        case LITERAL -> first == '\\' ? escaped() : first;
      };
    }

    @Override
    public int read(byte[] target, int offset, int wanted) throws IOException {
      int done = 0;
      for (int read = 0; done < wanted && (read = read()) >= 0; done++) {
        target[offset + done] = (byte) read;
      }
      return done == 0 && wanted > 0 ? -1 : done;
    }

    private int next() throws IOException {
      if (left-- <= 0) {
        throw new InvalidObjectException("a text that ends within a letter");
      }
      return in.read();
    }

    private int second(int first) throws IOException {
      int next = next();
      if ((first != 0xc2 && first != 0xc3) || next >>> 6 != 2) {
        throw new InvalidObjectException("a text that is not bytes");
      }
      return (first & 3) << 6 | (next & 0x3f);
    }

    private int escapedUnicode() throws IOException {
      if (next() != 'u' || hex(2) != 0) {
        throw new InvalidObjectException("a text that is not bytes");
      }
      return hex(2);
    }

    private int escaped() throws IOException {
      int kind = next();
      return switch (kind) {
        case 'x' -> hex(2);
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case '\\', '\'', '"' -> kind;
        default -> throw new InvalidObjectException("a literal that Python does not write");
      };
    }

    private int hex(int digits) throws IOException {
      int value = 0;
      for (int i = 0; i < digits; i++) {
        int digit = Character.digit(next(), 16);
        if (digit < 0) {
          throw new InvalidObjectException("a text with a broken number");
        }
        value = 16 * value + digit;
      }
      return value;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
