package io.mulan.run;

import io.mulan.cluster.Workers;
import io.mulan.console.Stopped;
import io.mulan.likelihood.Measurement;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** Measures images batch by batch; processes that work together share the batches. */
public record SharedMeasurement(
    Measurement measurement, Workers workers, BooleanSupplier stopAsked) {
  /** What the figure of an image is called. */
  public static final String TOTAL = "total";

  private static final String SECONDS = "seconds";

  /** What is known of each image: terms, their sum, extras, and the seconds that it took. */
  public List<String> columns() {
    return Stream.of(
            measurement.terms().stream(),
            Stream.of(TOTAL),
            measurement.extras().stream(),
            Stream.of(SECONDS))
        .flatMap(names -> names)
        .toList();
  }

  /**
   * Measures those that are missing.
   *
   * @param first of them; what the chief says counts
   * @param wanted how many images there are
   * @param done called from time to time with the number of images measured
   * @param measured takes the next images' values [columns][count]
   * @return whether all is measured; if not, a process was asked to stop
   */
  public boolean run(int first, int wanted, IntConsumer done, Consumer<double[][]> measured) {
    int columns = columns().size();
    SharedBatches rounds =
        new SharedBatches(workers, wanted, measurement.chunk(), columns * Double.BYTES);
    return rounds.run(
        first,
        stopAsked,
        (begin, count, made) -> {
          long start = System.nanoTime();
          double[][] values =
              measurement.measure(
                  begin,
                  count,
                  k -> {
                    done.accept(rounds.done(begin, k));
                    if (k < count && stopAsked.getAsBoolean()) {
                      throw new Stopped();
                    }
                  });
          double seconds = (System.nanoTime() - start) / 1e9;
          DoubleBuffer into = made.asDoubleBuffer();
          for (double[] column : withSums(values, seconds / count)) {
            into.put(column);
          }
        },
        (begin, count, made) -> {
          double[][] values = new double[columns][count];
          DoubleBuffer from = made.asDoubleBuffer();
          for (double[] column : values) {
            from.get(column);
          }
          measured.accept(values);
        });
  }

  private double[][] withSums(double[][] values, double seconds) {
    int terms = measurement.terms().size();
    int count = values[0].length;
    double[] total = new double[count];
    for (int k = 0; k < terms; k++) {
      for (int i = 0; i < count; i++) {
        total[i] += values[k][i];
      }
    }
    double[] each = new double[count];
    Arrays.fill(each, seconds);
    return Stream.of(
            Arrays.stream(values, 0, terms),
            Stream.of(total),
            Arrays.stream(values, terms, values.length),
            Stream.of(each))
        .flatMap(columns -> columns)
        .toArray(double[][]::new);
  }
}
