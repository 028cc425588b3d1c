package io.mulan.formats;

import io.mulan.files.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.api.PrimitiveConverter;

/**
 * Where the pages of a column lie in a Parquet file, so that rows can be read in any order: the
 * heads of all pages are read once, and their content when a row of them is asked for.
 */
public final class ParquetPages {
  private static final int BUFFERED = 1 << 13;
  private static final int MOST_BYTES = 1 << 30;
  private static final int MOST_PAGES = 1 << 24;

  /**
   * A page of data.
   *
   * @param at the offset of its head
   * @param dictionary the offset of the head of the dictionary that it refers to; -1 for none
   * @param rows of it, the first of which is {@code first}
   */
  public record Page(long at, long dictionary, CompressionCodec codec, int first, int rows) {}

  private final ParquetColumn column;
  private final List<Page> pages = new ArrayList<>();

  private ParquetPages(ParquetColumn column) {
    this.column = column;
  }

  /** Finds the pages of a column. */
  static ParquetPages of(FileChannel channel, List<RowGroup> groups, ParquetColumn column)
      throws IOException {
    ParquetPages found = new ParquetPages(column);
    long first = 0;
    for (RowGroup group : groups) {
      if (group.getColumnsSize() <= column.number()) {
        throw new IOException("a row group lacks the column " + Printable.of(column.name()));
      }
      ColumnMetaData chunk = group.getColumns().get(column.number()).getMeta_data();
      if (chunk == null) {
        throw new IOException("its columns lie in other files, or are encrypted");
      }
      first = found.add(channel, chunk, first, group.getNum_rows());
    }
    return found;
  }

  private long add(FileChannel channel, ColumnMetaData chunk, long first, long rows)
      throws IOException {
    long last = first + rows;
    if (rows < 0 || last > Integer.MAX_VALUE) {
      throw new IOException("a row group says that it has %d rows".formatted(rows));
    }
    long at = chunk.getData_page_offset();
    if (chunk.getDictionary_page_offset() > 0) { // some writers leave it at 0
      at = Math.min(at, chunk.getDictionary_page_offset());
    }
    long dictionary = -1;
    long row = first;
    while (row < last) {
      Head head = Head.read(channel, at);
      PageType type = head.header().getType();
      if (type == PageType.DICTIONARY_PAGE) {
        dictionary = at;
      } else if (type != PageType.INDEX_PAGE) {
        int values = head.values();
        if (values < 0 || values > last - row || pages.size() == MOST_PAGES) {
          throw new IOException(
              "the page at offset %d says that it has %d rows".formatted(at, values));
        }
        if (values > 0) {
          pages.add(new Page(at, dictionary, chunk.getCodec(), (int) row, values));
        }
        row += values;
      }
      at = head.end();
    }
    return last;
  }

  /** The number of the page that has a row. */
  public int page(int row) {
    int low = 0;
    int high = pages.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (pages.get(middle).first() <= row) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The rows of a page. */
  public Page get(int number) {
    return pages.get(number);
  }

  /** How many pages there are. */
  int count() {
    return pages.size();
  }

  /** Takes the values of a page in order. */
  interface Use {

    /**
     * Takes the value of the next row.
     *
     * @param reader at its value
     * @param there whether it has one
     */
    void of(ColumnReaderImpl reader, boolean there);
  }

  /** Reads all rows of a page. */
  void read(FileChannel channel, int number, Use use) throws IOException {
    Page page = pages.get(number);
    ColumnReaderImpl reader =
        new ColumnReaderImpl(
            column.descriptor(),
            new OnePage(channel, page),
            new PrimitiveConverter() {},
            new ParsedVersion("parquet-mr", "1.18.1", null));
    for (int i = 0; i < page.rows(); i++) {
      use.of(reader, reader.getCurrentDefinitionLevel() == column.levels());
      if (i < page.rows() - 1) {
        reader.consume();
      }
    }
  }

  /** What stands before a page. */
  private record Head(long at, int length, PageHeader header) {

    static Head read(FileChannel channel, long at) throws IOException {
      if (at < 0 || at >= channel.size()) {
        throw new EOFException();
      }
      Counted in = new Counted(channel, at);
      PageHeader header = Util.readPageHeader(in);
      Head head = new Head(at, (int) (in.at() - at), header);
      int bytes = header.getCompressed_page_size();
      if (bytes < 0 || bytes > MOST_BYTES || head.end() > channel.size()) {
        throw new IOException(
            "the page at offset %d says that it has %d bytes".formatted(at, bytes));
      }
      return head;
    }

    long end() {
      return at + length + header.getCompressed_page_size();
    }

    int values() throws IOException {
      return switch (header.getType()) {
        case DATA_PAGE -> wanted(header.getData_page_header()).getNum_values();
        case DATA_PAGE_V2 -> wanted(header.getData_page_header_v2()).getNum_values();
        default -> 0;
      };
    }

    /** The bytes after it. */
    byte[] stored(FileChannel channel) throws IOException {
      byte[] bytes = new byte[header.getCompressed_page_size()];
      fill(channel, at + length, ByteBuffer.wrap(bytes));
      if (header.isSetCrc()) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        if ((int) crc.getValue() != header.getCrc()) {
          throw new IOException("the page at offset %d differs from its checksum".formatted(at));
        }
      }
      return bytes;
    }
  }

  private static <T> T wanted(T part) throws IOException {
    if (part == null) {
      throw new IOException("the head of a page is broken");
    }
    return part;
  }

  private static void fill(FileChannel channel, long at, ByteBuffer buffer) throws IOException {
    long next = at;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, next);
      if (read < 0) {
        throw new EOFException();
      }
      next += read;
    }
  }

  /** A file from an offset on. */
  private static final class Counted extends InputStream {
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFERED).limit(0);
    private long from;

    Counted(FileChannel channel, long from) {
      this.channel = channel;
      this.from = from;
    }

    long at() {
      return from + buffer.position();
    }

    @Override
    public int read() throws IOException {
      if (!buffer.hasRemaining()) {
        from = at();
        int read = channel.read(buffer.clear(), from);
        buffer.flip();
        if (read <= 0) {
          buffer.limit(0);
          return -1;
        }
      }
      return buffer.get() & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int first = read();
      if (first < 0 || length == 0) {
        return first < 0 ? -1 : 0;
      }
      target[offset] = (byte) first;
      int more = Math.min(length - 1, buffer.remaining());
      buffer.get(target, offset + 1, more);
      return 1 + more;
    }
  }

  /** A page, and the dictionary that it refers to. */
  private static final class OnePage implements PageReader {
    private final DataPage page;
    private final DictionaryPage dictionary;

    OnePage(FileChannel channel, Page place) throws IOException {
      page = data(Head.read(channel, place.at()), channel, place.codec());
      dictionary =
          place.dictionary() < 0
              ? null
              : dictionary(Head.read(channel, place.dictionary()), channel, place.codec());
    }

    private static DictionaryPage dictionary(Head head, FileChannel channel, CompressionCodec codec)
        throws IOException {
      DictionaryPageHeader its = wanted(head.header().getDictionary_page_header());
      int bytes = head.header().getUncompressed_page_size();
      // Each takes four bytes or more, whatever it says.
      if (its.getNum_values() < 0 || its.getNum_values() > bytes / 4) {
        throw new IOException(
            "a dictionary says that it has %d values".formatted(its.getNum_values()));
      }
      byte[] content = ParquetCodec.content(codec, head.stored(channel), 0, bytes);
      return new DictionaryPage(
          BytesInput.from(content), its.getNum_values(), encoding(its.getEncoding()));
    }

    private static DataPage data(Head head, FileChannel channel, CompressionCodec codec)
        throws IOException {
      PageHeader header = head.header();
      int bytes = header.getUncompressed_page_size();
      byte[] stored = head.stored(channel);
      if (header.getType() == PageType.DATA_PAGE) {
        DataPageHeader its = wanted(header.getData_page_header());
        return new DataPageV1(
            BytesInput.from(ParquetCodec.content(codec, stored, 0, bytes)),
            its.getNum_values(),
            bytes,
            null,
            encoding(its.getRepetition_level_encoding()),
            encoding(its.getDefinition_level_encoding()),
            encoding(its.getEncoding()));
      }
      DataPageHeaderV2 its = wanted(header.getData_page_header_v2());
      int repetition = its.getRepetition_levels_byte_length();
      int levels = repetition + its.getDefinition_levels_byte_length();
      if (repetition < 0 || levels < repetition || levels > stored.length) {
        throw new IOException("the head of a page is broken");
      }
      CompressionCodec its2 = its.isIs_compressed() ? codec : CompressionCodec.UNCOMPRESSED;
      return DataPageV2.uncompressed(
          its.getNum_rows(),
          its.getNum_nulls(),
          its.getNum_values(),
          BytesInput.from(Arrays.copyOf(stored, repetition)),
          BytesInput.from(Arrays.copyOfRange(stored, repetition, levels)),
          encoding(its.getEncoding()),
          BytesInput.from(ParquetCodec.content(its2, stored, levels, bytes - levels)),
          null);
    }

    private static Encoding encoding(org.apache.parquet.format.Encoding encoding)
        throws IOException {
      return Encoding.valueOf(wanted(encoding).name());
    }

    @Override
    public DictionaryPage readDictionaryPage() {
      return dictionary;
    }

    @Override
    public long getTotalValueCount() {
      return page.getValueCount();
    }

    @Override
    public DataPage readPage() {
      return page;
    }
  }
}
