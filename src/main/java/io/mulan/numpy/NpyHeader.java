package io.mulan.numpy;

import io.mulan.files.ConfigException;
import io.mulan.files.Printable;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The head of a .npy file: what lies in the bytes after it. */
public record NpyHeader(String name, NpyType type, ByteOrder order, boolean fortran, int[] shape) {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** As NumPy's own limit: a longer head is not of an array of numbers. */
  private static final int MAX_LENGTH = 10_000;

  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private static final Pattern FIELD =
      Pattern.compile("\\s*'(\\w+)'\\s*:\\s*('[^']*'|True|False|\\([^()]*\\))\\s*(?:,|\\z)");

  /** Up to 32 sizes, with or without a last comma. */
  private static final Pattern TUPLE =
      Pattern.compile("\\(\\s*(?:[0-9]{1,10}\\s*,\\s*){0,31}(?:[0-9]{1,10}\\s*,?\\s*)?\\)");

  /**
   * Reads magic, version and head, and leaves the stream at the first element.
   *
   * @throws ConfigException for anything but a head of a plain array of a known type
   */
  public static NpyHeader read(DataInputStream in, String name) throws IOException {
    for (byte expected : MAGIC) {
      if (in.readByte() != expected) {
        throw Npy.broken(name, "it does not begin as a .npy file does");
      }
    }
    int major = in.readUnsignedByte();
    int minor = in.readUnsignedByte();
    if (major < 1 || major > 3 || minor != 0) {
      throw Npy.broken(name, "format version " + major + "." + minor + " is not 1.0, 2.0 or 3.0");
    }
    long length =
        major == 1
            ? Short.toUnsignedLong(Short.reverseBytes(in.readShort()))
            : Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
    if (length > MAX_LENGTH) {
      throw Npy.broken(name, "its head of " + length + " bytes is longer than " + MAX_LENGTH);
    }
    byte[] text = new byte[(int) length];
    in.readFully(text);
    // Version 3.0 is UTF-8, but only for field names, which no plain array has.
    return parse(new String(text, StandardCharsets.ISO_8859_1), name);
  }

  static NpyHeader parse(String text, String name) {
    Map<String, String> fields = fields(text.strip(), name);
    String descr = fields.get("descr");
    String fortran = fields.get("fortran_order");
    String shape = fields.get("shape");
    if (descr == null || fortran == null || shape == null || fields.size() != 3) {
      throw Npy.broken(name, "its head does not hold descr, fortran_order and shape alone");
    }
    if (!fortran.equals("True") && !fortran.equals("False")) {
      throw Npy.broken(name, "fortran_order " + Printable.of(fortran) + " is not True or False");
    }
    NpyType type = type(descr, name);
    ByteOrder order = descr.charAt(1) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new NpyHeader(name, type, order, fortran.equals("True"), shape(shape, name));
  }

  private static Map<String, String> fields(String text, String name) {
    if (!text.startsWith("{") || !text.endsWith("}")) {
      throw Npy.broken(name, "its head is not a dictionary");
    }
    Map<String, String> fields = new HashMap<>();
    String body = text.substring(1, text.length() - 1).strip();
    Matcher field = FIELD.matcher(body);
    int at = 0;
    while (at < body.length()) {
      field.region(at, body.length());
      if (!field.lookingAt() || fields.put(field.group(1), field.group(2)) != null) {
        throw Npy.broken(name, "its head cannot be read from " + Printable.of(body.substring(at)));
      }
      at = field.end();
    }
    return fields;
  }

  private static NpyType type(String descr, String name) {
    Matcher matcher = Pattern.compile("'([<>=|])(\\w+)'").matcher(descr);
    if (matcher.matches()) {
      NpyType type = NpyType.ofCode(matcher.group(2)).orElse(null);
      boolean ordered = "<>".contains(matcher.group(1));
      if (type != null && (ordered || type.bytes() == 1)) {
        return type;
      }
    }
    boolean texts = matcher.matches() && "USO".indexOf(matcher.group(2).charAt(0)) >= 0;
    throw new ConfigException(
        "%s holds elements of type %s; allowed are %s: %s in NumPy"
            .formatted(
                name,
                Printable.of(descr),
                NpyType.codes(),
                texts
                    ? "number texts with numpy.unique(x, return_inverse=True)[1]"
                    : "convert it with astype"));
  }

  private static int[] shape(String tuple, String name) {
    if (!TUPLE.matcher(tuple).matches()) {
      throw Npy.broken(name, "shape " + Printable.of(tuple) + " is not a tuple of sizes");
    }
    String inner = tuple.substring(1, tuple.length() - 1).strip();
    if (inner.isEmpty()) {
      return new int[0];
    }
    String[] sizes = inner.split("\\s*,\\s*"); // drops the empty end after a last comma
    int[] shape = new int[sizes.length];
    for (int i = 0; i < shape.length; i++) {
      long size = Long.parseLong(sizes[i]);
      if (size > MAX_BYTES) {
        throw tooLarge(name, tuple);
      }
      shape[i] = (int) size;
    }
    return shape;
  }

  /** Bytes of all elements; refused beyond what one Java array holds. */
  public int byteCount() {
    long bytes = type.bytes();
    for (int size : shape) {
      bytes *= size; // both below 2^31, so no overflow
      if (bytes > MAX_BYTES) {
        throw tooLarge(name, shapeText());
      }
    }
    return (int) bytes;
  }

  /** The whole file up to the first element, in version 1.0, padded as the format asks. */
  public byte[] toBytes() {
    String mark = type.bytes() == 1 ? "|" : order == ByteOrder.BIG_ENDIAN ? ">" : "<";
    String text =
        "{'descr': '%s%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(mark, type.code(), shapeText());
    int unpadded = MAGIC.length + 4 + text.length() + 1;
    int padding = Math.floorMod(-unpadded, 64);
    int length = text.length() + padding + 1;
    StringBuilder head = new StringBuilder("\u0093NUMPY\u0001\u0000");
    head.append((char) (length & 0xff)).append((char) (length >> 8));
    head.append(text).append(" ".repeat(padding)).append('\n');
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The shape as Python writes it: {@code (3,)}, {@code (3, 4)}. */
  public String shapeText() {
    StringBuilder text = new StringBuilder("(");
    for (int i = 0; i < shape.length; i++) {
      text.append(i == 0 ? "" : " ").append(shape[i]).append(i < shape.length - 1 ? "," : "");
    }
    return text.append(shape.length == 1 ? ",)" : ")").toString();
  }

  private static ConfigException tooLarge(String name, String shape) {
    return new ConfigException(
        "%s has shape %s, more than the 2 GiB that an array may have; split it"
            .formatted(name, Printable.of(shape)));
  }
}
