package io.mulan.readers;

import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.numpy.Npy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Images in a file, one after the other in records of one length.
 *
 * @param start the offset of the first record
 * @param levels of which every pixel must be one
 */
public record RecordFile(Path file, long start, int count, Layout layout, int levels)
    implements ImageStore {
  private static final int MOST_AT_ONCE = 1 << 18;

  /**
   * Where things are in a record; pixels end it.
   *
   * @param planar whether a channel follows the other whole [C,H,W], not pixel by pixel [H,W,C]
   * @param pixelsAt bytes before the pixels
   * @param labelAt the byte that holds the class; -1 if none does
   * @param classes how many there are
   */
  public record Layout(ImageShape shape, boolean planar, int pixelsAt, int labelAt, int classes) {

    /** Pixels, and nothing else. */
    public static Layout plain(ImageShape shape) {
      return new Layout(shape, false, 0, -1, 0);
    }

    int recordBytes() {
      return pixelsAt + shape.size();
    }
  }

  /**
   * All records of a file.
   *
   * @param start the offset of the first record
   * @throws ConfigException if it cannot be read, or does not hold whole records only
   */
  public static RecordFile whole(Path file, long start, Layout layout, int levels, BadInput bad) {
    long bytes = size(file) - start;
    int record = layout.recordBytes();
    if (bytes % record != 0) {
      bad.found(
          new ConfigException(
              "%s ends within a record: %d bytes after offset %d, of %d; fetch it again"
                  .formatted(file, bytes % record, start + bytes / record * record, record)));
    }
    return new RecordFile(file, start, count(file, bytes / record), layout, levels);
  }

  /**
   * So many records of a file.
   *
   * @param name for messages: the file, or file and array
   * @param bytes that there are from {@code start} on
   * @throws ConfigException if they are not so many records
   */
  static RecordFile of(
      String name,
      Path file,
      long start,
      long bytes,
      long count,
      Layout layout,
      int levels,
      BadInput bad) {
    long expected = count * layout.recordBytes(); // below 2^31 each
    if (bytes != expected) {
      bad.found(
          new ConfigException(
              "%s has %d bytes after offset %d, but its head says %d records of %d, %d bytes;"
                      .formatted(name, bytes, start, count, layout.recordBytes(), expected)
                  + " fetch or write it again"));
    }
    long whole = Math.min(count, Math.max(0, bytes) / layout.recordBytes());
    return new RecordFile(file, start, count(file, whole), layout, levels);
  }

  private static int count(Path file, long count) {
    if (count > Integer.MAX_VALUE) {
      throw new ConfigException(file + " holds " + count + " images; split it into smaller files");
    }
    return (int) count;
  }

  static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw Npy.failure(file.toString(), e);
    }
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    int size = layout.shape().size();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (layout.pixelsAt() == 0 && !layout.planar()) {
        fill(channel, ByteBuffer.wrap(target, offset, count * size), first);
        checkLevels(first, target, offset, count * size);
        return;
      }
      int record = layout.recordBytes();
      int most = Math.max(1, MOST_AT_ONCE / record);
      ByteBuffer records = ByteBuffer.allocate(Math.min(most, count) * record);
      for (int done = 0; done < count; ) {
        int some = Math.min(most, count - done);
        fill(channel, records.clear().limit(some * record), first + done);
        for (int i = 0; i < some; i++, done++) {
          unpack(first + done, records.array(), i * record, target, offset + done * size);
        }
      }
    } catch (IOException e) {
      throw Npy.failure(file.toString(), e);
    }
  }

  private void fill(FileChannel channel, ByteBuffer buffer, int first) throws IOException {
    long at = offset(first);
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at);
      if (read < 0) {
        throw new ConfigException(
            "%s ends at offset %d, within or before image %d; fetch or write it again"
                .formatted(file, channel.size(), first));
      }
      at += read;
    }
  }

  private long offset(int number) {
    return start + (long) number * layout.recordBytes();
  }

  /** Copies the pixels of a record, in the order [H,W,C]. */
  private void unpack(int number, byte[] records, int record, byte[] target, int to) {
    checkLabel(number, records, record);
    int from = record + layout.pixelsAt();
    int size = layout.shape().size();
    if (layout.planar()) {
      Planes.copy(records, from, layout.shape(), target, to);
    } else {
      System.arraycopy(records, from, target, to, size);
    }
    checkLevels(number, target, to, size);
  }

  private void checkLabel(int number, byte[] records, int record) {
    if (layout.labelAt() >= 0) {
      int label = records[record + layout.labelAt()] & 0xff;
      if (label >= layout.classes()) {
        throw new ConfigException(
            "%s: image %d at offset %d has class %d; 0 to %d are allowed: it is damaged, or of"
                    .formatted(file, number, offset(number), label, layout.classes() - 1)
                + " another format");
      }
    }
  }

  private void checkLevels(int first, byte[] target, int offset, int length) {
    if (levels > 255) {
      return;
    }
    int size = layout.shape().size();
    for (int i = 0; i < length; i++) {
      int value = target[offset + i] & 0xff;
      if (value >= levels) {
        int number = first + i / size;
        throw new ConfigException(
            "%s: image %d at offset %d has a pixel of value %d; with data.levels %d, 0 to %d are"
                    .formatted(file, number, offset(number), value, levels, levels - 1)
                + " allowed");
      }
    }
  }

  @Override
  public Optional<int[]> labels() {
    return labels(IntStream.range(0, count).toArray());
  }

  @Override
  public Optional<int[]> labels(int[] numbers) {
    if (layout.labelAt() < 0) {
      return Optional.empty();
    }
    int[] labels = new int[numbers.length];
    int record = layout.recordBytes();
    int most = Math.max(1, MOST_AT_ONCE / record);
    ByteBuffer records = ByteBuffer.allocate(Math.min(most, Math.max(1, count)) * record);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int first = 0;
      int end = 0; // of the images in the buffer
      for (int i = 0; i < labels.length; i++) {
        int number = numbers[i];
        if (number < first || number >= end) {
          first = number;
          end = Math.min(count, first + most);
          fill(channel, records.clear().limit((end - first) * record), first);
        }
        int at = (number - first) * record;
        checkLabel(number, records.array(), at);
        labels[i] = records.array()[at + layout.labelAt()] & 0xff;
      }
    } catch (IOException e) {
      throw Npy.failure(file.toString(), e);
    }
    return Optional.of(labels);
  }

  /** Images in which each channel is whole, one after the other [C,H,W]. */
  static final class Planes {
    private Planes() {}

    /** Copies one, as [H,W,C]. */
    static void copy(byte[] from, int at, ImageShape shape, byte[] target, int to) {
      int channels = shape.channels();
      int pixels = shape.size() / channels;
      for (int c = 0; c < channels; c++) {
        for (int p = 0, next = to + c; p < pixels; p++, next += channels) {
          target[next] = from[at + c * pixels + p];
        }
      }
    }
  }
}
