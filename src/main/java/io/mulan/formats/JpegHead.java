package io.mulan.formats;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What stands before the pixels of a JPEG file. Only some of it matters to them; the rest
 * (profiles, thumbnails, comments, stray bytes) is left out, as decoders stumble over what is odd
 * in it, or change colours by it.
 *
 * @param bits of a sample; 0 if no head of pixels was found
 * @param components of a pixel: 1 is grey, 3 are colours, 4 are CMYK
 * @param decodable the file without the rest
 */
record JpegHead(
    int height, int width, int bits, int components, Orientation orientation, byte[] decodable) {
  private static final int END = 0xd9;
  private static final int SCAN = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int ADOBE = 0xee;

  /** Says that three components are YCbCr, which libjpeg also assumes by default. */
  private static final byte[] JFIF = {
    (byte) 0xff, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  private static final String EXIF = "Exif\0\0";
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";

  static boolean is(byte[] file) {
    return file.length > 3 && file[0] == (byte) 0xff && file[1] == (byte) 0xd8;
  }

  /** Of a file, or of the beginning of one. */
  static JpegHead of(byte[] file) {
    return new Reading(file).head();
  }

  private static final class Reading {
    private final byte[] file;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private int at = 2;
    private int height;
    private int width;
    private int bits;
    private int components;
    private boolean jfif;
    private boolean letters;
    private byte[] adobe = new byte[0];
    private Optional<Orientation> exif = Optional.empty();
    private Orientation xmp = Orientation.UPRIGHT;

    Reading(byte[] file) {
      this.file = file;
    }

    JpegHead head() {
      while (at + 4 <= file.length) {
        if (file[at] != (byte) 0xff || file[at + 1] == (byte) 0xff || file[at + 1] == 0) {
          at++; // a stray byte, or one that fills up
          continue;
        }
        int marker = file[at + 1] & 0xff;
        if (marker == SCAN || marker == END) {
          break;
        }
        if ((marker >= 0xd0 && marker <= 0xd8) || marker == 1) {
          at += 2;
          continue;
        }
        int end = at + 2 + word(at + 2);
        if (end > file.length || end < at + 4) {
          break;
        }
        segment(marker, end);
        at = end;
      }
      return new JpegHead(height, width, bits, components, exif.orElse(xmp), decodable());
    }

    private int word(int from) {
      return (file[from] & 0xff) << 8 | (file[from + 1] & 0xff);
    }

    private void segment(int marker, int end) {
      int data = at + 4;
      if (marker == APP0) {
        jfif |= FileChunk.begins(file, data, "JFIF\0");
      } else if (marker == APP1) {
        described(data, end);
      } else if (marker == ADOBE) {
        if (end - data >= 12 && FileChunk.begins(file, data, "Adobe")) {
          adobe = Arrays.copyOfRange(file, at, end);
        }
      } else if (marker < APP0) { // neither of an application nor a comment
        if (isFrame(marker) && end - data >= 6) {
          frame(data, end);
        }
        kept.write(file, at, end - at);
      }
    }

    private void described(int data, int end) {
      if (exif.isEmpty() && FileChunk.begins(file, data, EXIF)) {
        int start = data + EXIF.length();
        exif = Orientation.ofExif(file, start, Math.max(0, end - start));
      } else if (FileChunk.begins(file, data, XMP)) {
        xmp = Orientation.ofXmp(file, data, end - data);
      }
    }

    private static boolean isFrame(int marker) {
      return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private void frame(int data, int end) {
      bits = file[data] & 0xff;
      height = word(data + 1);
      width = word(data + 3);
      components = file[data + 5] & 0xff;
      letters =
          end - data >= 15
              && file[data + 6] == 'R'
              && file[data + 9] == 'G'
              && file[data + 12] == 'B';
    }

    private byte[] decodable() {
      boolean said = adobe.length > 0 || letters || components > 3;
      byte[] first = (jfif && components <= 3) || !said ? JFIF : adobe;
      int rest = file.length - at;
      ByteBuffer all = ByteBuffer.allocate(2 + first.length + kept.size() + rest);
      all.put(file, 0, 2).put(first).put(kept.toByteArray()).put(file, at, rest);
      return all.array();
    }
  }
}
