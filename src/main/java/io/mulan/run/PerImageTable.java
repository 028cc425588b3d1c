package io.mulan.run;

import io.mulan.files.AtomicFile;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.ProgramLock;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Values for each image, in a CSV file that grows while they are measured: what an interrupted
 * program has written is there for the next one.
 */
final class PerImageTable implements AutoCloseable {
  private static final String IMAGE = "image";

  private final Path file;
  private final List<String> columns;
  private final ProgramLock lock;
  private final List<double[]> rows = new ArrayList<>();

  private PerImageTable(Path file, List<String> columns, ProgramLock lock) {
    this.file = file;
    this.columns = columns;
    this.lock = lock;
  }

  /**
   * Opens a table, with the rows that are there, for this program alone.
   *
   * @throws ConfigException if the file cannot be read or written, is another table, or is being
   *     written by another program
   */
  public static PerImageTable open(Path file, List<String> columns) {
    try {
      AtomicFolder.make(file.toAbsolutePath().getParent());
      ProgramLock lock =
          ProgramLock.tryHold(file.resolveSibling(".lock-" + file.getFileName()))
              .orElseThrow(
                  () ->
                      new ConfigException(
                          "another mulan is measuring into " + file + "; wait for it"));
      PerImageTable table = new PerImageTable(file, columns, lock);
      try {
        table.begin();
        return table;
      } catch (IOException | RuntimeException e) {
        table.close();
        throw e;
      }
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be used: " + IoReason.of(e), e);
    }
  }

  private void begin() throws IOException {
    // The part of a row that an end without warning may have left is cut off; rows stay as they
    // are.
    String whole = Files.exists(file) ? wholeLines() : "";
    if (whole.isEmpty()) {
      AtomicFile.write(file, header() + "\n");
      return;
    }
    read(whole.lines().toList());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(whole.length());
    }
  }

  /** One byte is one character: what is not ASCII is damage, and is seen as such. */
  private String wholeLines() throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    return text.substring(0, text.lastIndexOf('\n') + 1);
  }

  private void read(List<String> lines) {
    if (!lines.get(0).equals(header())) {
      throw damaged(1);
    }
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",", -1);
      if (cells.length != columns.size() + 1 || !cells[0].equals(Integer.toString(i - 1))) {
        throw damaged(i + 1);
      }
      try {
        rows.add(Arrays.stream(cells).skip(1).mapToDouble(Double::parseDouble).toArray());
      } catch (NumberFormatException e) {
        throw damaged(i + 1);
      }
    }
  }

  private ConfigException damaged(int line) {
    return new ConfigException(
        file + ", line " + line + ", is not what was written; remove the file to measure again");
  }

  private String header() {
    return IMAGE + "," + String.join(",", columns);
  }

  /** The rows from {@code first} on. */
  private String text(int first) {
    StringBuilder text = new StringBuilder();
    for (int i = first; i < rows.size(); i++) {
      String cells =
          Arrays.stream(rows.get(i)).mapToObj(Double::toString).collect(Collectors.joining(","));
      text.append(i).append(',').append(cells).append('\n');
    }
    return text.toString();
  }

  /** How many images have a row. */
  public int count() {
    return rows.size();
  }

  /**
   * Adds the next images.
   *
   * @param values [columns][images]
   */
  public void append(double[][] values) {
    int first = rows.size();
    for (int i = 0; i < values[0].length; i++) {
      int image = i;
      rows.add(Arrays.stream(values).mapToDouble(column -> column[image]).toArray());
    }
    try {
      byte[] text = text(first).getBytes(StandardCharsets.US_ASCII);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
        ByteBuffer left = ByteBuffer.wrap(text);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be written: " + IoReason.of(e), e);
    }
  }

  /** A value of the first {@code count} images. */
  public double[] column(String name, int count) {
    int index = columns.indexOf(name);
    return rows.subList(0, count).stream().mapToDouble(row -> row[index]).toArray();
  }

  /** Writes the table as float64 arrays, one for each column. */
  public void writeNpz(Path target) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    for (String column : columns) {
      arrays.put(column, NpyArray.of(column(column, count()), count()));
    }
    Npz.write(target, arrays);
  }

  /** Lets others resume it. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be released: " + IoReason.of(e), e);
    }
  }

  public Path file() {
    return file;
  }
}
