package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.function.Executable;

/** The data sets that other programs wrote, and what is in them: {@code data/make.py}. */
public final class DataFiles {
  static final Path FOLDER = Path.of("src", "test", "resources", "data");

  private DataFiles() {}

  public static Path path(String name) {
    return FOLDER.resolve(name);
  }

  public static NpyArray expected(String name) {
    try (Npz npz = Npz.open(path("expected.npz"))) {
      return npz.array(name);
    }
  }

  /**
   * Files of a kind.
   *
   * @param settings that differ from the usual ones, each {@code key=value}
   */
  public static DataConfig config(Kind kind, Path path, String... settings) {
    List<String> all = new ArrayList<>();
    all.add("data.kind=" + kind.name().toLowerCase(Locale.ROOT));
    all.add("data.path=" + path);
    all.addAll(List.of(settings));
    return ConfigReader.read(Optional.empty(), Optional.empty(), all).data();
  }

  public static void assertImages(NpyArray expected, ImageSet set) {
    int[] shape = expected.shape();
    assertArrayEquals(
        new int[] {shape[1], shape[2], shape[3]},
        new int[] {set.shape().height(), set.shape().width(), set.shape().channels()});
    assertArrayEquals(expected.toBytes(), set.toArray().toBytes());
  }

  /** Writes a TFRecord file. */
  static void records(Path file, byte[]... records) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] content : records) {
      ByteBuffer record = ByteBuffer.allocate(16 + content.length).order(ByteOrder.LITTLE_ENDIAN);
      record.putLong(content.length);
      record.putInt(maskedCrc(Arrays.copyOf(record.array(), 8)));
      record.put(content).putInt(maskedCrc(content));
      all.write(record.array());
    }
    Files.write(file, all.toByteArray());
  }

  private static int maskedCrc(byte[] data) {
    CRC32C checksum = new CRC32C();
    checksum.update(data);
    return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
  }

  /** The one line that refuses a set, of which every image is read. */
  static String refusal(Kind kind, Path path, String... settings) {
    return refusal(() -> ParserInput.readAll(config(kind, path, settings)));
  }

  /** The one line that refuses to do something. */
  static String refusal(Executable work) {
    String message = assertThrows(ConfigException.class, work).getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }
}
