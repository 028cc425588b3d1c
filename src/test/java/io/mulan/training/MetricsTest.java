package io.mulan.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.run.MetricsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsTest {
  @TempDir Path run;

  @Test
  void curvesAreReadByName() throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"step":10,"seconds":1.5,"train/bits_per_dim":4.0}
        {"step":10,"seconds":1.5,"test/bits_per_dim":3.0}
        {"step":20,"seconds":2.5,"train/bits_per_dim":3.5}
        {"step":30,"seconds":3.5,"train/bits""");
    Metrics metrics = Metrics.read(run);
    Metrics.Curve curve = metrics.curve("train/bits_per_dim");
    assertArrayEquals(new double[] {10, 20}, curve.steps());
    assertArrayEquals(new double[] {1.5, 2.5}, curve.seconds());
    assertArrayEquals(new double[] {4, 3.5}, curve.values());
    assertEquals(1, metrics.curve("test/bits_per_dim").size());
    assertEquals(0, metrics.curve("test/other").size());
  }

  @Test
  void aRunMayHaveNoneYet() {
    assertEquals(0, Metrics.read(run).curve("train/bits_per_dim").size());
  }

  @Test
  void damagedLinesAreLeftOutAndTheRestStays() throws IOException {
    byte[] notText = "{\"step\":30,\"tr\u00e4in\":1}\n".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(
        file(), concat(line(10), "{step}\n[]\nnull\n\n".getBytes(UTF_8), notText, line(40)));
    assertArrayEquals(new double[] {10, 40}, Metrics.read(run).curve("train/bits_per_dim").steps());
    assertEquals(List.of(2, 3, 4, 5, 6), MetricsLines.read(file()).damaged());
  }

  @Test
  void aResumedRunKeepsACopyOfADamagedFile() throws IOException {
    byte[] damaged = concat(line(10), new byte[] {(byte) 0xff, '\n'}, line(20), line(30));
    Files.write(file(), damaged);
    open(new MetricsFile.From(20, Optional.empty()), 10).close();
    assertEquals(new String(concat(line(10), line(20)), UTF_8), Files.readString(file()));
    assertArrayEquals(damaged, Files.readAllBytes(run.resolve("metrics.jsonl.damaged")));
  }

  private static byte[] line(int step) {
    return ("{\"step\":" + step + ",\"seconds\":1.0,\"train/bits_per_dim\":4.0}\n").getBytes(UTF_8);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private Path file() {
    return run.resolve("metrics.jsonl");
  }

  private MetricsFile open(MetricsFile.From from, int every) {
    return new MetricsFile(run, from, System.nanoTime(), every, 64);
  }

  private static TrainingSession.Step step(float value) {
    return new TrainingSession.Step(
        new float[] {value, value, value, value}, new float[] {1}, 1, false);
  }

  @Test
  void aLineCoversItsWholeIntervalAfterAResume() throws IOException {
    try (MetricsFile metrics = open(MetricsFile.From.START, 4)) {
      for (int i = 1; i <= 8; i++) {
        metrics.stepped(i, step(0.1f * i));
      }
    }
    double[] straight = Metrics.read(run).curve("train/bits_per_dim").values();
    Files.delete(file());
    Interval kept;
    try (MetricsFile metrics = open(MetricsFile.From.START, 4)) {
      for (int i = 1; i <= 6; i++) {
        metrics.stepped(i, step(0.1f * i));
      }
      kept = metrics.recorded().get();
      metrics.stepped(7, step(9));
      metrics.stepped(8, step(9));
    }
    ObjectMapper json = new ObjectMapper();
    Interval read = json.readValue(json.writeValueAsString(kept), Interval.class);
    assertEquals(kept, read);
    try (MetricsFile metrics = open(new MetricsFile.From(6, Optional.of(read)), 4)) {
      metrics.stepped(7, step(0.7f));
      metrics.stepped(8, step(0.8f));
    }
    assertArrayEquals(straight, Metrics.read(run).curve("train/bits_per_dim").values());
  }

  @Test
  void secondsContinueAfterAResume() {
    Interval kept;
    try (MetricsFile metrics = open(MetricsFile.From.START, 1)) {
      metrics.stepped(1, step(0));
      kept = metrics.recorded().get();
      metrics.stepped(2, step(0));
    }
    double[] before = Metrics.read(run).curve("train/bits_per_dim").seconds();
    assertTrue(before[0] > 0 && before[1] > before[0]);
    try (MetricsFile metrics = open(new MetricsFile.From(1, Optional.of(kept)), 1)) {
      metrics.stepped(2, step(0));
      assertTrue(metrics.worked() > kept.worked());
    }
    double[] after = Metrics.read(run).curve("train/bits_per_dim").seconds();
    assertEquals(before[0], after[0]);
    assertTrue(after[1] > after[0]);
  }

  /** Down to 3 at a quarter of the way from 3.5 to 1.5. */
  @Test
  void aCurveReachesAValueBetweenTwoMeasurements() {
    Metrics.Curve curve =
        new Metrics.Curve(
            new double[] {100, 200, 300, 400},
            new double[] {1, 3, 7, 9},
            new double[] {4, 3.5, 1.5, 3.2});
    assertEquals(Optional.of(new Metrics.Moment(225, 4)), curve.reaches(3));
    assertEquals(Optional.of(new Metrics.Moment(300, 7)), curve.reaches(1.5));
    assertEquals(Optional.of(new Metrics.Moment(100, 1)), curve.reaches(9), "not known before");
    assertEquals(Optional.empty(), curve.reaches(1.4));
  }
}
