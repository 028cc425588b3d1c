package io.mulan.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.files.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** What {@code metrics.jsonl} of a run holds: curves of what was measured, in bits/dim. */
public final class Metrics {
  /** The bound on the test images, with averaged weights. */
  public static final String TEST_BOUND = "test/bits_per_dim";

  /** That of training batches. */
  public static final String TRAIN_BOUND = "train/bits_per_dim";

  public static final String FILE = "metrics.jsonl";
  public static final String STEP = "step";
  public static final String SECONDS = "seconds";
  private static final Logger LOG = LogManager.getLogger(Metrics.class);

  private final List<JsonNode> lines;

  private Metrics(List<JsonNode> lines) {
    this.lines = lines;
  }

  /**
   * A quantity while training.
   *
   * @param steps after which it was measured
   * @param seconds that those steps took
   */
  public record Curve(double[] steps, double[] seconds, double[] values) {

    /** How often it was measured. */
    public int size() {
      return values.length;
    }

    /**
     * When it first came down to a value: where a straight line between the first measurement at or
     * below it and the one before crosses it. Empty if it never did; before the first measurement
     * nothing is known, so that one is the earliest.
     */
    public Optional<Moment> reaches(double value) {
      for (int i = 0; i < values.length; i++) {
        if (values[i] <= value) {
          double back = i == 0 ? 0 : (value - values[i]) / (values[i - 1] - values[i]);
          return Optional.of(new Moment(before(steps, i, back), before(seconds, i, back)));
        }
      }
      return Optional.empty();
    }

    private static double before(double[] x, int i, double back) {
      return back == 0 ? x[i] : x[i] - back * (x[i] - x[i - 1]);
    }
  }

  /**
   * A point in the course of a run.
   *
   * @param seconds that steps took until then
   */
  public record Moment(double step, double seconds) {}

  /**
   * Reads them, of a run that may be training: a last line that is not whole yet is left out. Lines
   * that are damaged are left out with a warning. A run that has measured nothing yet has none.
   *
   * @throws ConfigException if they cannot be read
   */
  public static Metrics read(Path run) {
    Path file = run.resolve(FILE);
    MetricsLines lines = MetricsLines.read(file);
    if (!lines.damaged().isEmpty()) {
      LOG.warn("{}, {}; left out", file, lines.damage());
    }
    return new Metrics(lines.whole().stream().map(MetricsLines.Line::values).toList());
  }

  /** The last step that something was measured after; 0 if nothing was. */
  public long lastStep() {
    return lines.isEmpty() ? 0 : lines.get(lines.size() - 1).path(STEP).asLong();
  }

  /** A quantity such as {@code test/bits_per_dim}; empty if it was never measured. */
  public Curve curve(String name) {
    List<JsonNode> with = lines.stream().filter(l -> l.has(name)).toList();
    return new Curve(column(with, STEP), column(with, SECONDS), column(with, name));
  }

  /** Older files have no seconds. */
  private static double[] column(List<JsonNode> lines, String name) {
    return lines.stream()
        .flatMapToDouble(l -> DoubleStream.of(l.path(name).asDouble(Double.NaN)))
        .toArray();
  }
}
