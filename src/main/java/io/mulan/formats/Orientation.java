package io.mulan.formats;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a camera was held, 1 to 8, as EXIF says: which of mirroring left to right, turning upside
 * down and exchanging rows and columns makes the stored picture the seen one.
 */
record Orientation(int value) {
  static final Orientation UPRIGHT = new Orientation(1);

  private static final int TAG = 0x0112;
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([1-8])");
  private static final int MOST_ENTRIES = 1000;

  /**
   * Reads EXIF data, which are built as a TIFF file; nothing if they are broken or have no
   * orientation.
   */
  static Optional<Orientation> ofExif(byte[] bytes, int from, int length) {
    ByteBuffer tiff = ByteBuffer.wrap(bytes, from, length).slice();
    try {
      boolean little = tiff.get(0) == 'I';
      tiff.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      int at = tiff.getInt(4);
      int entries = Math.min(MOST_ENTRIES, Short.toUnsignedInt(tiff.getShort(at)));
      for (int i = 0; i < entries; i++) {
        int entry = at + 2 + 12 * i;
        if (Short.toUnsignedInt(tiff.getShort(entry)) == TAG) {
          return Optional.of(of(tiff.getShort(entry + 8)));
        }
      }
      return Optional.empty();
    } catch (IndexOutOfBoundsException broken) {
      return Optional.empty();
    }
  }

  /** Reads XMP data, which have the orientation where EXIF does not. */
  static Orientation ofXmp(byte[] bytes, int from, int length) {
    Matcher found = XMP.matcher(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
    return found.find() ? of(found.group(1).charAt(0) - '0') : UPRIGHT;
  }

  private static Orientation of(int value) {
    return value >= 1 && value <= 8 ? new Orientation(value) : UPRIGHT;
  }

  /** Of a PNG or WebP file; upright of others. */
  static Orientation ofChunks(byte[] file) {
    return FileChunk.find(file, "eXIf", "EXIF")
        .flatMap(
            exif -> {
              int skipped = FileChunk.begins(file, exif.start(), "Exif\0\0") ? 6 : 0;
              return ofExif(file, exif.start() + skipped, Math.max(0, exif.length() - skipped));
            })
        .orElse(UPRIGHT);
  }

  /** Whether rows and columns are exchanged. */
  boolean isTurned() {
    return value >= 5;
  }

  /** The pixels as they are to be seen, row by row, of stored ones of this size. */
  int[] applied(int[] pixels, int width, int height) {
    if (value == 1) {
      return pixels;
    }
    int seenWidth = isTurned() ? height : width;
    int seenHeight = isTurned() ? width : height;
    boolean right = value == 2 || value == 3 || value == 7 || value == 8;
    boolean bottom = value == 3 || value == 4 || value == 6 || value == 7;
    int[] seen = new int[pixels.length];
    for (int y = 0; y < seenHeight; y++) {
      for (int x = 0; x < seenWidth; x++) {
        int column = isTurned() ? y : x;
        int row = isTurned() ? x : y;
        int fromColumn = right ? width - 1 - column : column;
        int fromRow = bottom ? height - 1 - row : row;
        seen[y * seenWidth + x] = pixels[fromRow * width + fromColumn];
      }
    }
    return seen;
  }
}
