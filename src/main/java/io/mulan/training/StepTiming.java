package io.mulan.training;

import io.mulan.config.RunConfig;
import io.mulan.data.DataShape;
import io.mulan.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What training steps took, measured on images of random levels.
 *
 * @param buildSeconds for the graph and the first weights
 * @param firstStepSeconds with what TensorFlow does once: planning, compiling
 * @param peakBytes of memory that the process has held at once, with Java's own; null where the
 *     system does not tell
 */
public record StepTiming(
    double buildSeconds,
    double firstStepSeconds,
    double medianSeconds,
    double lowerQuartileSeconds,
    double upperQuartileSeconds,
    double imagesPerSecond,
    Long peakBytes) {
  private static final int WARM_UP = 3;

  /** Measures {@code steps} steps after the first few. */
  public static StepTiming measure(RunConfig config, boolean compiled, int steps) {
    DataShape data = Datasets.shape(config.data());
    byte[] images = new byte[config.training().batch() * data.image().size()];
    Random random = new Random(config.training().seed());
    for (int i = 0; i < images.length; i++) {
      images[i] = (byte) random.nextInt(data.levels());
    }
    long start = System.nanoTime();
    try (TrainingSession session = new TrainingSession(config, data.image(), compiled)) {
      session.initialize();
      double build = (System.nanoTime() - start) / 1e9;
      double first = time(session, images);
      for (int i = 0; i < WARM_UP; i++) {
        time(session, images);
      }
      double[] times = new double[steps];
      for (int i = 0; i < steps; i++) {
        times[i] = time(session, images);
      }
      Arrays.sort(times);
      double median = quantile(times, 0.5);
      OptionalLong peak = peakMemory();
      return new StepTiming(
          build,
          first,
          median,
          quantile(times, 0.25),
          quantile(times, 0.75),
          config.training().batch() / median,
          peak.isPresent() ? peak.getAsLong() : null);
    }
  }

  private static double time(TrainingSession session, byte[] images) {
    long start = System.nanoTime();
    session.step(images);
    return (System.nanoTime() - start) / 1e9;
  }

  /** Linear between the two nearest. */
  private static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** Linux tells. */
  private static OptionalLong peakMemory() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(l -> l.startsWith("VmHWM:"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
          .findFirst();
    } catch (IOException notLinux) {
      return OptionalLong.empty();
    }
  }
}
