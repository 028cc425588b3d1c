package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

class EventWriterTest {
  @TempDir Path folder;

  @Test
  void scalarsComeBackInOrderWithStepTagAndValue() throws IOException {
    Path file;
    try (EventWriter events = new EventWriter(folder)) {
      file = events.file();
      events.scalars(10, Map.of("train/bits_per_dim", 2.5));
      events.scalars(20, Map.of("train/bits_per_dim", 2.25, "loss/latent", Double.NaN));
    }
    List<Event> events = read(file);
    assertEquals(3, events.size());
    assertEquals("brain.Event:2", events.get(0).getFileVersion());
    Summary.Value first = events.get(1).getSummary().getValue(0);
    assertEquals(10, events.get(1).getStep());
    assertEquals("train/bits_per_dim", first.getTag());
    assertEquals(2.5f, first.getSimpleValue());
    assertEquals(20, events.get(2).getStep());
    assertEquals(2, events.get(2).getSummary().getValueCount());
    double age = System.currentTimeMillis() / 1000.0 - events.get(2).getWallTime();
    assertTrue(age >= 0 && age < 60, age + " s");
  }

  @Test
  void whatWasFlushedIsReadableWhileTheFileIsOpen() throws IOException {
    try (EventWriter events = new EventWriter(folder)) {
      assertEquals(1, read(events.file()).size());
      events.scalars(1, Map.of("a", 1.0));
      events.flush();
      assertEquals(2, read(events.file()).size());
    }
  }

  @Test
  void aSecondWriterTakesALaterNameAndLeavesTheFirstFileAlone() throws IOException {
    Path first;
    try (EventWriter events = new EventWriter(folder)) {
      first = events.file();
      events.scalars(1, Map.of("a", 1.0));
    }
    byte[] before = Files.readAllBytes(first);
    try (EventWriter events = new EventWriter(folder)) {
      String name = events.file().getFileName().toString();
      assertTrue(name.matches("events\\.out\\.tfevents\\.[0-9]{10}\\..+"), name);
      assertTrue(name.compareTo(first.getFileName().toString()) > 0, name);
    }
    assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(Files.readAllBytes(first)));
  }

  @Test
  void theChecksumIsMasked() {
    byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);
    // CRC-32C of these nine digits is e3069283, the check value of its definition.
    int rotated = (0xe3069283 >>> 15) | (0xe3069283 << 17);
    assertEquals(rotated + 0xa282ead8, TfRecordWriter.maskedCrc(check, 9));
    assertNotEquals(rotated + 0xa282ead8, TfRecordWriter.maskedCrc(check, 8));
  }

  @Test
  void aMissingFolderIsNamed() {
    Path missing = folder.resolve("missing");
    CheckpointException refusal =
        assertThrows(CheckpointException.class, () -> new EventWriter(missing));
    assertEquals("cannot write events to " + missing + ": no such folder", refusal.getMessage());
  }

  /** Reads records as the format defines them, with both checksums verified. */
  private static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
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
