package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void otherTextIsRefusedInALine() throws IOException {
    Files.writeString(run.resolve("metrics.jsonl"), "{step}\n");
    String message = assertThrows(ConfigException.class, () -> Metrics.read(run)).getMessage();
    assertEquals(1, message.lines().count());
    assertTrue(message.startsWith(run.resolve("metrics.jsonl") + " can't be read: "), message);
  }

  @Test
  void secondsGoOnWhereARunDid() {
    TrainingSession.Step step = new TrainingSession.Step(new float[4], new float[] {1}, 1, false);
    try (MetricsFile file = new MetricsFile(run, 0, 1, 64)) {
      file.stepped(1, step);
      file.stepped(2, step);
    }
    double[] before = Metrics.read(run).curve("train/bits_per_dim").seconds();
    assertTrue(before[0] > 0 && before[1] > before[0]);
    try (MetricsFile file = new MetricsFile(run, 1, 1, 64)) {
      file.stepped(2, step);
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
