package io.mulan.formats;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.format.CompressionCodec;

/** How pages of a Parquet file are compressed. */
final class ParquetCodec {

  /** No page of pictures shrinks by more. */
  private static final int MOST_RATIO = 1000;

  private static final int SMALL = 1 << 24;

  private ParquetCodec() {}

  /**
   * The content of a page.
   *
   * @param from where it begins in {@code stored}
   * @param bytes that it has
   * @throws IOException if it has others, or is compressed by what is not known
   */
  static byte[] content(CompressionCodec codec, byte[] stored, int from, int bytes)
      throws IOException {
    int length = stored.length - from;
    if (bytes < 0 || (bytes > SMALL && bytes / MOST_RATIO > length)) {
      throw new IOException("a page says that it unpacks to %d bytes".formatted(bytes));
    }
    byte[] content = new byte[bytes];
    int found =
        switch (codec) {
          case UNCOMPRESSED -> copied(stored, from, content);
          case GZIP -> unzipped(stored, from, content);
          case SNAPPY -> unpacked(new SnappyDecompressor(), stored, from, content);
          case ZSTD -> unpacked(new ZstdDecompressor(), stored, from, content);
          case LZ4_RAW -> unpacked(new Lz4Decompressor(), stored, from, content);
          default ->
              throw new IOException(
                  "it is compressed by %s; write it with snappy, zstd, gzip or none"
                      .formatted(codec));
        };
    if (found != bytes) {
      throw new IOException("a page has %d bytes of %d".formatted(found, bytes));
    }
    return content;
  }

  private static int copied(byte[] stored, int from, byte[] content) {
    System.arraycopy(stored, from, content, 0, Math.min(stored.length - from, content.length));
    return stored.length - from;
  }

  private static int unzipped(byte[] stored, int from, byte[] content) throws IOException {
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(stored, from, stored.length - from))) {
      return in.readNBytes(content, 0, content.length);
    }
  }

  private static int unpacked(Decompressor codec, byte[] stored, int from, byte[] content) {
    return codec.decompress(stored, from, stored.length - from, content, 0, content.length);
  }
}
