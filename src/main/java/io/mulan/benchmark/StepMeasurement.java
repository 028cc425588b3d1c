package io.mulan.benchmark;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import io.mulan.data.Datasets.DataShape;
import io.mulan.tf.StepTrace;
import io.mulan.training.TrainingSession;
import io.mulan.training.TrainingSession.MeasuredStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a step took: of training, or of anything else that is done to a batch again and again.
 *
 * @param buildSeconds for the graph and the first weights
 * @param flopsPerImage floating-point operations of convolutions and matrix products, counted from
 *     the graph; null where there are none
 * @param processBytes the most memory that the process has held at once, with Java's own; null
 *     where the system does not say
 * @param tensorBytes the most that TensorFlow's allocator (of the GPU's memory, where there is one)
 *     had given out in the traced step; null where TensorFlow does not say
 * @param profile where the time goes; null without TensorFlow
 */
public record StepMeasurement(
    double buildSeconds,
    StepTiming timing,
    double imagesPerSecond,
    Long flopsPerImage,
    Long processBytes,
    Long tensorBytes,
    @JsonInclude(JsonInclude.Include.NON_NULL) StepProfile profile) {
  private static final int IDLE = 20;

  /** Measures training on images of random levels, this many steps after the first few. */
  static StepMeasurement ofTraining(RunConfig config, boolean compiled, int steps) {
    DataShape data = Datasets.shape(config.data());
    int batch = config.training().batch();
    byte[] images = randomLevels(data, batch, config.training().seed());
    long start = System.nanoTime();
    try (TrainingSession session = new TrainingSession(config, data.image(), compiled)) {
      session.initialize();
      double build = (System.nanoTime() - start) / 1e9;
      MeasuredStep step = session.measured(images);
      StepTiming timing = StepTiming.measure(step::run, steps);
      return of(
          build,
          timing,
          batch,
          session.cost().flops() / batch,
          step,
          compiled ? StepParts::ofCompiled : StepParts::ofTraining);
    }
  }

  /**
   * Puts together what was measured of something, and traces it.
   *
   * @param parts those of a trace, by operation
   */
  static StepMeasurement of(
      double buildSeconds,
      StepTiming timing,
      int batch,
      long flopsPerImage,
      MeasuredStep step,
      Function<StepTrace, Function<StepTrace.Ran, String>> parts) {
    Long bytes = peakMemory(); // before the traces, which take some themselves
    double idle = StepTiming.measure(step::idle, IDLE).medianSeconds();
    StepTrace trace = StepProfile.typical(step::trace);
    return new StepMeasurement(
        buildSeconds,
        timing,
        batch / timing.medianSeconds(),
        flopsPerImage,
        bytes,
        trace.tensorBytes(),
        StepProfile.of(trace, timing.medianSeconds(), idle, parts.apply(trace)));
  }

  /** Levels of images, evenly distributed: [batch,H,W,C]. */
  static byte[] randomLevels(DataShape data, int batch, long seed) {
    byte[] images = new byte[data.image().bytes(batch)];
    Random random = new Random(seed);
    for (int i = 0; i < images.length; i++) {
      images[i] = (byte) random.nextInt(data.levels());
    }
    return images;
  }

  /** As Linux reports it. */
  private static Long peakMemory() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(l -> l.startsWith("VmHWM:"))
          .map(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(null);
    } catch (IOException notLinux) {
      return null;
    }
  }
}
