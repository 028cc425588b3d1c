package io.mulan.benchmark;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.benchmark.BenchmarkPlan.What;
import io.mulan.benchmark.BenchmarkPlan.Xla;
import io.mulan.cluster.JavaProcess;
import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.console.ExitCode;
import io.mulan.console.Surroundings;
import io.mulan.data.Batches;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A process of its own that measures one thing, so that it does not see the memory of another. It
 * is given a file with the configuration and one for its answer.
 */
public final class BenchmarkProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  private BenchmarkProcess() {}

  /** The process failed, and has said why. */
  public static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;

    Failed(int code) {
      super("measuring failed");
      this.code = code;
    }

    /** Its exit code. */
    public int code() {
      return code;
    }
  }

  /**
   * Starts one and waits for what it measures.
   *
   * @param program has a method {@code main} that calls {@link #answer}
   * @throws Failed if it fails
   */
  public static Map<String, StepMeasurement> measure(
      BenchmarkPlan plan, Xla xla, Class<?> program, Surroundings around) {
    try {
      Path folder = Files.createTempDirectory("mulan-benchmark");
      Path config = folder.resolve("config.yaml");
      Path answer = folder.resolve("answer.json");
      try {
        Files.writeString(config, plan.config().toYaml());
        int code = start(plan, xla, program, around, config, answer).waitFor();
        if (code != ExitCode.OK) {
          throw new Failed(code);
        }
        return JSON.readValue(answer.toFile(), new TypeReference<>() {});
      } finally {
        Files.deleteIfExists(config);
        Files.deleteIfExists(answer);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new IllegalStateException("another process cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Process start(
      BenchmarkPlan plan, Xla xla, Class<?> program, Surroundings around, Path config, Path answer)
      throws IOException {
    List<String> arguments =
        List.of(
            plan.what().name(),
            xla.name(),
            "" + plan.steps(),
            config.toString(),
            answer.toString());
    return JavaProcess.of(program, around, arguments)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /**
   * What the process does that {@link #measure(BenchmarkPlan, Xla, Class, Surroundings)} has
   * started.
   */
  public static void answer(String[] args) {
    What what = What.valueOf(args[0]);
    Xla xla = Xla.valueOf(args[1]);
    int steps = Integer.parseInt(args[2]);
    write(Path.of(args[4]), measure(what, xla, steps, ConfigReader.readComplete(Path.of(args[3]))));
  }

  private static Map<String, StepMeasurement> measure(
      What what, Xla xla, int steps, RunConfig config) {
    return switch (what) {
      case TRAIN -> Map.of(xla.title(), train(config, xla, steps));
      case DATA -> {
        Map<String, StepMeasurement> both = new LinkedHashMap<>();
        both.put("input", InputPipeline.measure(config, steps));
        both.put("step, " + xla.title(), train(config, xla, steps));
        yield both;
      }
      case SCORE, SAMPLE, EXACT -> InferenceStep.measure(what, config, steps);
    };
  }

  private static StepMeasurement train(RunConfig config, Xla xla, int steps) {
    return StepMeasurement.ofTraining(config, xla == Xla.ON, steps);
  }

  private static void write(Path file, Map<String, StepMeasurement> measured) {
    try {
      JSON.writeValue(file.toFile(), measured);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The way of training images into batches, alone. */
  public static final class InputPipeline {
    private final byte[] target;
    private final Batches batches;
    private final int perEpoch;
    private long next;

    private InputPipeline(RunConfig config) {
      ImageSet train = Datasets.open(config.data()).train();
      int batch = config.training().batch();
      batches = new Batches(train, batch, config.training().seed());
      target = new byte[train.shape().bytes(batch)];
      perEpoch = (train.count() - 1) / batch + 1;
    }

    /**
     * Measures the batches of so many epochs; times are those of a batch, its part of the shuffling
     * among them.
     *
     * @throws io.mulan.files.ConfigException if the images cannot be had
     */
    public static StepMeasurement measure(RunConfig config, int epochs) {
      long start = System.nanoTime();
      InputPipeline input = new InputPipeline(config);
      double build = (System.nanoTime() - start) / 1e9;
      StepTiming timing = StepTiming.measure(input::epoch, epochs).dividedBy(input.perEpoch);
      double speed = config.training().batch() / timing.medianSeconds();
      return new StepMeasurement(build, timing, speed, null, null, null, null);
    }

    private void epoch() {
      for (int i = 0; i < perEpoch; i++) {
        batches.fill(next++, target);
      }
    }
  }
}
