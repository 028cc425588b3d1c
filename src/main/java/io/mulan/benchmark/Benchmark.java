package io.mulan.benchmark;

import io.mulan.console.Text;
import io.mulan.console.Version;
import io.mulan.files.ConfigException;
import io.mulan.files.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of a run of {@code mulan benchmark}, as {@code --json} writes them. Times are
 * seconds, sizes bytes.
 *
 * @param format says that a file is one of these
 * @param what the kind of step, as {@code --what} names it
 * @param precision of products
 * @param threads that TensorFlow computes with
 * @param steps measured
 * @param columns by what was measured, such as {@code XLA off}
 */
public record Benchmark(
    String format,
    String what,
    String model,
    int batch,
    String precision,
    int threads,
    int steps,
    MachinePeak machine,
    Map<String, Column> columns,
    Map<String, String> versions) {
  private static final String FORMAT = "mulan benchmark 1";

  /**
   * What was measured of one thing, next to what the machine can do.
   *
   * @param flopsPerSecond while it runs; null where it multiplies nothing
   * @param ofConvolutionPeak from 0 to 1
   * @param ofProductPeak from 0 to 1
   */
  record Column(
      StepMeasurement step, Double flopsPerSecond, Double ofConvolutionPeak, Double ofProductPeak) {

    static Column of(StepMeasurement step, MachinePeak machine) {
      if (step.flopsPerImage() == null) {
        return new Column(step, null, null, null);
      }
      double speed = step.flopsPerImage() * step.imagesPerSecond();
      return new Column(
          step,
          speed,
          speed / machine.convolutionFlopsPerSecond(),
          speed / machine.productFlopsPerSecond());
    }
  }

  public static Benchmark of(
      BenchmarkPlan plan, MachinePeak machine, Map<String, StepMeasurement> steps) {
    Map<String, Column> columns = new LinkedHashMap<>();
    steps.forEach((name, step) -> columns.put(name, Column.of(step, machine)));
    return new Benchmark(
        FORMAT,
        Text.name(plan.what()),
        plan.model(),
        plan.batch(),
        Text.name(plan.precision()),
        Runtime.getRuntime().availableProcessors(),
        plan.steps(),
        machine,
        columns,
        Version.all());
  }

  /**
   * Reads what an earlier run wrote.
   *
   * @param what must have been measured, as {@code --what} names it
   * @throws ConfigException if it cannot be read, or is something else
   */
  public static Benchmark read(Path file, String what) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(
          file + " is not there; --compare takes what an earlier mulan benchmark --json wrote");
    }
    Benchmark earlier;
    try {
      earlier = JsonFile.read(file, Benchmark.class);
    } catch (IOException e) {
      throw foreign(file, e);
    }
    if (!FORMAT.equals(earlier.format)) {
      throw foreign(file, null);
    }
    if (!earlier.what.equals(what)) {
      throw new ConfigException(
          "%s is of --what %s, this run of --what %s; only the same can be compared"
              .formatted(file, earlier.what, what));
    }
    return earlier;
  }

  private static ConfigException foreign(Path file, IOException cause) {
    return new ConfigException(
        file + " holds no figures of mulan benchmark; --compare takes what its --json wrote",
        cause);
  }

  /** What was measured, and how, in one line. */
  String title() {
    return "%s, batch %d, products in %s, %d threads".formatted(model, batch, precision, threads);
  }
}
