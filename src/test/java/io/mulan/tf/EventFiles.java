package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.tensorflow.proto.Event;

/** Reads what TensorBoard reads. */
public final class EventFiles {
  private EventFiles() {}

  /** All of a run folder, in the order of its files. */
  public static List<Event> readAll(Path folder) throws IOException {
    List<Event> events = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().contains(".tfevents.")).sorted().toList()) {
        events.addAll(read(file));
      }
    }
    return events;
  }

  /**
   * All of a file: records as the format defines them, with both checksums verified; but for a last
   * one that was cut off.
   */
  public static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.remaining() >= 12) {
      byte[] length = new byte[8];
      bytes.get(length);
      if (bytes.remaining() - 8
          < ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()) {
        break;
      }
      assertEquals(unmasked(bytes.getInt()), crc(length));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(data);
      assertEquals(unmasked(bytes.getInt()), crc(data));
      events.add(Event.parseFrom(data));
    }
    return events;
  }

  private static int unmasked(int masked) {
    int rotated = masked - 0xa282ead8;
    return (rotated >>> 17) | (rotated << 15);
  }

  private static int crc(byte[] data) {
    CRC32C checksum = new CRC32C();
    checksum.update(data);
    return (int) checksum.getValue();
  }
}
