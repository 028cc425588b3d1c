package io.mulan.formats;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.files.ConfigException;
import io.mulan.files.Printable;
import io.mulan.numpy.Npy;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.api.Binary;

/** Columns of a Parquet file, which are read from any row on. */
public final class ParquetFile {
  private static final int TAIL = 8;
  private static final int MOST_FOOTER = 1 << 28;
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  /** Where Hugging Face keeps what the columns mean. */
  private static final String FEATURES = "huggingface";

  private final Path file;
  private final FileMetaData footer;
  private final List<ParquetColumn> columns;

  private ParquetFile(Path file, FileMetaData footer, List<ParquetColumn> columns) {
    this.file = file;
    this.footer = footer;
    this.columns = columns;
  }

  /**
   * Reads what the end of a file says of it.
   *
   * @throws ConfigException naming the file, if it is not whole, or not one of Parquet
   */
  public static ParquetFile open(Path file) {
    return reading(
        file,
        channel -> {
          long size = channel.size();
          byte[] tail = read(channel, Math.max(0, size - TAIL), TAIL);
          int length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
          if (!Arrays.equals(tail, 4, TAIL, MAGIC, 0, MAGIC.length)) {
            throw new IOException(
                "it does not end with PAR1: it is cut, encrypted or another file");
          }
          if (length < 0 || length > MOST_FOOTER || length > size - TAIL) {
            throw new IOException("its footer says that it has %d bytes".formatted(length));
          }
          byte[] footer = read(channel, size - TAIL - length, length);
          FileMetaData found = Util.readFileMetaData(new ByteArrayInputStream(footer));
          return new ParquetFile(file, found, ParquetColumn.of(found.getSchema()));
        });
  }

  /** What is done with a file. */
  interface Use<T> {
    T of(FileChannel channel) throws IOException;
  }

  static <T> T reading(Path file, Use<T> use) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return use.of(channel);
    } catch (ConfigException e) {
      throw e;
    } catch (EOFException e) {
      throw new ConfigException(file + " ends too early; fetch it again", e);
    } catch (FileSystemException e) {
      throw Npy.failure(file.toString(), e);
    } catch (IOException | RuntimeException e) { // decoders throw anything at a damaged file
      String why = e instanceof IOException ? String.valueOf(e.getMessage()) : "it is damaged";
      throw new ConfigException(
          "%s cannot be read as Parquet: %s; fetch or write it again"
              .formatted(file, Printable.of(why)),
          e);
    }
  }

  private static byte[] read(FileChannel channel, long at, int count) throws IOException {
    byte[] bytes = new byte[count];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new EOFException();
      }
    }
    return bytes;
  }

  public Path file() {
    return file;
  }

  public List<ParquetColumn> columns() {
    return columns;
  }

  /** The names of the classes that a column numbers, as Hugging Face keeps them; may be empty. */
  public List<String> classNames(String column) {
    List<String> names = new ArrayList<>();
    for (KeyValue entry :
        footer.isSetKey_value_metadata() ? footer.getKey_value_metadata() : List.<KeyValue>of()) {
      if (FEATURES.equals(entry.getKey()) && entry.isSetValue()) {
        try {
          JsonNode info = new ObjectMapper().readTree(entry.getValue());
          info.path("info")
              .path("features")
              .path(column)
              .path("names")
              .forEach(n -> names.add(n.asText()));
        } catch (JacksonException | RuntimeException e) {
          names.clear(); // nothing that images need
        }
      }
    }
    return names;
  }

  /** Finds the pages of a column. */
  public ParquetPages pages(ParquetColumn column) {
    return reading(file, channel -> ParquetPages.of(channel, footer.getRow_groups(), column));
  }

  /** How many rows there are. */
  public long rows() {
    return footer.getRow_groups().stream().mapToLong(g -> g.getNum_rows()).sum();
  }

  /**
   * The bytes in a column of all rows of a page; null for a row without.
   *
   * @throws ConfigException naming the file, if they cannot be read
   */
  public Binary[] bytes(ParquetPages pages, int page) {
    return reading(
        file,
        channel -> {
          Binary[] all = new Binary[pages.get(page).rows()];
          int[] done = {0};
          pages.read(
              channel, page, (reader, there) -> all[done[0]++] = there ? reader.getBinary() : null);
          return all;
        });
  }

  /**
   * The whole numbers in a column; -1 for a row without.
   *
   * @throws ConfigException naming the file, if they cannot be read
   */
  public long[] numbers(ParquetColumn column) {
    ParquetPages pages = pages(column);
    boolean small = column.type() == Type.INT32;
    return reading(
        file,
        channel -> {
          long[] all = new long[(int) rows()];
          int[] done = {0};
          for (int page = 0; page < pages.count(); page++) {
            pages.read(
                channel,
                page,
                (reader, there) ->
                    all[done[0]++] = !there ? -1 : small ? reader.getInteger() : reader.getLong());
          }
          return all;
        });
  }
}
