package io.mulan.formats;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A part of a PNG or WebP file, which are made of such.
 *
 * @param start the offset of its content in the file
 * @param length of the content, as far as it is there
 */
record FileChunk(int start, int length) {

  /**
   * The first one of a type; none in other files.
   *
   * @param png its type in a PNG
   * @param webp its type in a WebP
   */
  static Optional<FileChunk> find(byte[] file, String png, String webp) {
    if (begins(file, 0, "\u0089PNG")) {
      return find(file, 8, true, png);
    }
    return begins(file, 0, "RIFF") && begins(file, 8, "WEBP")
        ? find(file, 12, false, webp)
        : Optional.empty();
  }

  /** A PNG's chunk is length, type, data and checksum; a WebP's type, length and data, padded. */
  private static Optional<FileChunk> find(byte[] file, int first, boolean png, String type) {
    ByteBuffer sizes =
        ByteBuffer.wrap(file).order(png ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (long at = first; at + 8 <= file.length; ) {
      int head = (int) at;
      long length = Integer.toUnsignedLong(sizes.getInt(png ? head : head + 4));
      if (begins(file, png ? head + 4 : head, type)) {
        int start = head + 8;
        return Optional.of(new FileChunk(start, (int) Math.min(length, file.length - start)));
      }
      at += 8 + length + (png ? 4 : length & 1);
    }
    return Optional.empty();
  }

  /** Whether these characters, a byte each, stand at an offset. */
  static boolean begins(byte[] bytes, int at, String text) {
    byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
    return at + expected.length <= bytes.length
        && Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
  }
}
