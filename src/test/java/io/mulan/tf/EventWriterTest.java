package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;
import org.tensorflow.proto.SummaryMetadata;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

class EventWriterTest {
  @TempDir Path folder;

  @Test
  void scalarsComeBackInOrderWithStepTagAndValue() throws IOException {
    Path file;
    double before = System.currentTimeMillis() / 1000.0;
    try (EventWriter events = new EventWriter(folder, 0)) {
      file = events.file();
      events.scalars(10, Map.of("train/bits_per_dim", 2.5));
      events.scalars(20, Map.of("train/bits_per_dim", 2.25, "loss/latent", Double.NaN));
    }
    List<Event> events = EventFiles.read(file);
    assertEquals(3, events.size());
    assertEquals("brain.Event:2", events.get(0).getFileVersion());
    Summary.Value first = events.get(1).getSummary().getValue(0);
    assertEquals(10, events.get(1).getStep());
    assertEquals("train/bits_per_dim", first.getTag());
    assertEquals(2.5f, first.getSimpleValue());
    assertEquals(20, events.get(2).getStep());
    assertEquals(2, events.get(2).getSummary().getValueCount());
    double written = events.get(2).getWallTime();
    assertTrue(before <= written && written <= System.currentTimeMillis() / 1000.0, written + " s");
  }

  @Test
  void whatWasFlushedIsReadableWhileTheFileIsOpen() throws IOException {
    try (EventWriter events = new EventWriter(folder, 0)) {
      assertEquals(1, EventFiles.read(events.file()).size());
      events.scalars(1, Map.of("a", 1.0));
      events.flush();
      assertEquals(2, EventFiles.read(events.file()).size());
    }
  }

  @Test
  void aSecondWriterTakesALaterNameAndLeavesTheFirstFileAlone() throws IOException {
    Path first;
    try (EventWriter events = new EventWriter(folder, 0)) {
      first = events.file();
      events.scalars(1, Map.of("a", 1.0));
    }
    byte[] before = Files.readAllBytes(first);
    try (EventWriter events = new EventWriter(folder, 0)) {
      String name = events.file().getFileName().toString();
      assertTrue(name.matches("events\\.out\\.tfevents\\.[0-9]{10}\\..+"), name);
      assertTrue(name.compareTo(first.getFileName().toString()) > 0, name);
    }
    assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(Files.readAllBytes(first)));
  }

  @Test
  void aResumedRunRecordsItsFirstStep() throws IOException {
    Files.createFile(folder.resolve("events.out.tfevents.4102444800.host"));
    try (EventWriter events = new EventWriter(folder, 12)) {
      String name = events.file().getFileName().toString();
      assertTrue(name.startsWith("events.out.tfevents.4102444801."), "after a clock set back");
      Event start = EventFiles.read(events.file()).get(1);
      assertEquals(12, start.getStep());
      assertEquals(SessionLog.SessionStatus.START, start.getSessionLog().getStatus());
    }
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
        assertThrows(CheckpointException.class, () -> new EventWriter(missing, 0));
    assertEquals("cannot write events to " + missing + ": no such folder", refusal.getMessage());
  }

  @Test
  void aPictureIsItsSizeAndAPng() throws IOException {
    BufferedImage picture = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(2, 1, 0x123456);
    Summary.Value value = written(events -> events.picture(7, "samples", picture));
    assertEquals("samples", value.getTag());
    assertEquals("images", value.getMetadata().getPluginData().getPluginName());
    TensorProto tensor = value.getTensor();
    assertEquals("3", tensor.getStringVal(0).toStringUtf8());
    assertEquals("2", tensor.getStringVal(1).toStringUtf8());
    BufferedImage read = ImageIO.read(tensor.getStringVal(2).newInput());
    assertEquals(0x123456, read.getRGB(2, 1) & 0xffffff);
  }

  @Test
  void aHistogramIsItsIntervals() throws IOException {
    try (TFloat32 numbers = TFloat32.vectorOf(-15, 0, 0, 15)) {
      Histogram histogram = Histogram.of(List.of(numbers));
      Summary.Value value = written(events -> events.histogram(7, "weights/a", histogram));
      assertEquals("histograms", value.getMetadata().getPluginData().getPluginName());
      TensorProto tensor = value.getTensor();
      assertEquals(List.of(30L, 3L), shape(tensor));
      List<Double> all = tensor.getDoubleValList();
      assertEquals(List.of(-15.0, -14.0, 1.0), all.subList(0, 3));
      assertEquals(List.of(0.0, 1.0, 2.0), all.subList(45, 48));
      assertEquals(List.of(14.0, 15.0, 1.0), all.subList(87, 90));
    }
  }

  @Test
  void aTextIsAScalar() throws IOException {
    Summary.Value value = written(events -> events.text(7, "config", "γ_min: -8"));
    assertEquals("text", value.getMetadata().getPluginData().getPluginName());
    assertEquals(List.of(), shape(value.getTensor()));
    assertEquals("γ_min: -8", value.getTensor().getStringVal(0).toStringUtf8());
  }

  @Test
  void hyperParametersAreOfTheirTypes() throws IOException {
    Path file;
    try (EventWriter events = new EventWriter(folder, 0)) {
      file = events.file();
      events.hyperParameters(Map.of("latent.size", 16), List.of("test/bits_per_dim"));
      events.hyperParameters(Map.of("data.flip", true), List.of());
      events.hyperParameters(Map.of("network.fourier", List.of(6, 7)), List.of());
      events.ended(true);
      events.ended(false);
    }
    List<Event> all = EventFiles.read(file);
    assertEquals(9, all.size());
    // HParamsPluginData.experiment.hparam_infos: name, and 3 for a number
    UnknownFieldSet info = only(only(content(all.get(1)), 2), 4);
    assertEquals("latent.size", text(info, 1));
    assertEquals(List.of(3L), info.getField(4).getVarintList());
    UnknownFieldSet metric = only(only(content(all.get(1)), 2), 5);
    assertEquals("test/bits_per_dim", text(only(metric, 1), 2));
    assertEquals(Value.newBuilder().setNumberValue(16).build(), setting(all.get(2)));
    assertEquals(Value.newBuilder().setBoolValue(true).build(), setting(all.get(4)));
    assertEquals(Value.newBuilder().setStringValue("[6, 7]").build(), setting(all.get(6)));
    // session_end_info.status is 1, success, or 2, failure
    assertEquals(List.of(1L), only(content(all.get(7)), 4).getField(1).getVarintList());
    assertEquals(List.of(2L), only(content(all.get(8)), 4).getField(1).getVarintList());
  }

  @Test
  void onlyTheFirstWriterOfAFolderIsTheFirst() {
    try (EventWriter events = new EventWriter(folder, 0)) {
      assertTrue(events.first());
    }
    try (EventWriter events = new EventWriter(folder, 0)) {
      assertFalse(events.first());
    }
  }

  /** The one value that is written, at step 7. */
  private Summary.Value written(Consumer<EventWriter> writing) throws IOException {
    Path file;
    try (EventWriter events = new EventWriter(folder, 0)) {
      file = events.file();
      writing.accept(events);
    }
    List<Event> all = EventFiles.read(file);
    assertEquals(2, all.size());
    assertEquals(7, all.get(1).getStep());
    return all.get(1).getSummary().getValue(0);
  }

  private static List<Long> shape(TensorProto tensor) {
    return tensor.getTensorShape().getDimList().stream()
        .map(TensorShapeProto.Dim::getSize)
        .toList();
  }

  private static UnknownFieldSet content(Event event) throws IOException {
    SummaryMetadata metadata = event.getSummary().getValue(0).getMetadata();
    assertEquals("hparams", metadata.getPluginData().getPluginName());
    return UnknownFieldSet.parseFrom(metadata.getPluginData().getContent());
  }

  /** The message in a field. */
  private static UnknownFieldSet only(UnknownFieldSet message, int field) throws IOException {
    List<ByteString> all = message.getField(field).getLengthDelimitedList();
    assertEquals(1, all.size());
    return UnknownFieldSet.parseFrom(all.get(0));
  }

  private static String text(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
  }

  /** HParamsPluginData.session_start_info.hparams, of one entry. */
  private static Value setting(Event event) throws IOException {
    UnknownFieldSet entry = only(only(content(event), 3), 1);
    return Value.parseFrom(entry.getField(2).getLengthDelimitedList().get(0));
  }
}
