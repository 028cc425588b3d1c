package io.mulan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.config.ConfigException;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig.Xla;
import io.mulan.training.StepTiming;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * {@code mulan benchmark}: how long a training step takes. Compiled and not, each is measured in a
 * process of its own, so that neither sees the other's memory.
 */
final class BenchmarkCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(BenchmarkCommand.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String name() {
    return "benchmark";
  }

  @Override
  public String summary() {
    return "measure the training step: time, images/s, memory, with XLA and without";
  }

  @Override
  public String examples() {
    return """
          mulan benchmark                               the digits model, with XLA and without
          mulan benchmark --preset photos --xla off     another model, one way only
          mulan benchmark --set training.batch=64 --json b.json
          mulan benchmark --run runs/digits             sampling and likelihood beside the network
        """;
  }

  @Override
  public Options options() {
    return ConfigOptions.model(new Options())
        .addOption(
            ConfigOptions.withValue("xla", "on|off", "measure one way, in this process (both)"))
        .addOption(ConfigOptions.withValue("steps", "N", "steps to measure (20)"))
        .addOption(ConfigOptions.withValue("json", "FILE", "also write the figures there"))
        .addOption(
            ConfigOptions.withValue(
                "run", "RUN", "measure sampling and likelihood of a trained model instead"));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    if (line.hasOption("run")) {
      TrainedRun run = TrainedRun.of(ConfigOptions.path(line.getOptionValue("run")), null);
      System.out.print(InferenceBenchmark.measure(run, run.config().training().batch()));
      return ExitCode.OK;
    }
    int steps = steps(line);
    RunConfig config = ConfigOptions.read(line, List.of());
    Map<String, JsonNode> figures = new LinkedHashMap<>();
    if (line.hasOption("xla")) {
      Xla xla = xla(line);
      LOG.info("measuring {} steps, XLA {}...", steps, name(xla));
      figures.put(name(xla), JSON.valueToTree(StepTiming.measure(config, xla == Xla.ON, steps)));
    } else {
      for (Xla xla : List.of(Xla.OFF, Xla.ON)) {
        LOG.info("measuring {} steps, XLA {}...", steps, name(xla));
        figures.put(name(xla), inOwnProcess(line, xla, steps).get(name(xla)));
      }
    }
    System.out.print(table(config, figures));
    if (line.hasOption("json")) {
      write(ConfigOptions.path(line.getOptionValue("json")), figures);
    }
    return ExitCode.OK;
  }

  private static int steps(CommandLine line) {
    String text = line.getOptionValue("steps", "20");
    try {
      int steps = Integer.parseInt(text);
      if (steps > 0) {
        return steps;
      }
    } catch (NumberFormatException notOne) {
      // Told below.
    }
    throw new UsageException("--steps " + text + ": allowed is a whole number from 1");
  }

  private static Xla xla(CommandLine line) {
    return switch (line.getOptionValue("xla")) {
      case "on" -> Xla.ON;
      case "off" -> Xla.OFF;
      default ->
          throw new UsageException("--xla " + line.getOptionValue("xla") + ": allowed are on, off");
    };
  }

  private static String name(Xla xla) {
    return xla.name().toLowerCase(Locale.ROOT);
  }

  /** The same program again, measuring one way. */
  private static JsonNode inOwnProcess(CommandLine line, Xla xla, int steps) {
    try {
      Path json = Files.createTempFile("mulan-benchmark", ".json");
      try {
        int code = start(line, xla, steps, json).waitFor();
        if (code != ExitCode.OK) {
          throw new IllegalStateException("measuring with XLA " + name(xla) + " failed");
        }
        return JSON.readTree(json.toFile());
      } finally {
        Files.deleteIfExists(json);
      }
    } catch (IOException e) {
      throw new IllegalStateException("another process can't be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Process start(CommandLine line, Xla xla, int steps, Path json) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("benchmark", "--xla", name(xla), "--steps", "" + steps));
    command.addAll(List.of("--json", json.toString()));
    for (String option : List.of("preset", "config")) {
      if (line.hasOption(option)) {
        command.addAll(List.of("--" + option, line.getOptionValue(option)));
      }
    }
    for (String setting : ConfigOptions.settings(line)) {
      command.addAll(List.of("--set", setting));
    }
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String table(RunConfig config, Map<String, JsonNode> figures) {
    StringBuilder text = new StringBuilder();
    text.append("training step of ").append(config.data().kind().name().toLowerCase(Locale.ROOT));
    text.append(", batch ").append(config.training().batch()).append('\n');
    text.append(String.format("%-22s", ""));
    figures.keySet().forEach(xla -> text.append(String.format("%14s", "XLA " + xla)));
    text.append('\n');
    row(text, figures, "step, median", "ms", "medianSeconds", 1e3);
    row(text, figures, "step, quartiles", "ms", "lowerQuartileSeconds", 1e3);
    row(text, figures, "", "ms", "upperQuartileSeconds", 1e3);
    row(text, figures, "images/s", "", "imagesPerSecond", 1);
    row(text, figures, "building the graph", "s", "buildSeconds", 1);
    row(text, figures, "first step", "s", "firstStepSeconds", 1);
    row(text, figures, "peak memory", "MB", "peakBytes", 1e-6);
    return text.toString();
  }

  private static void row(
      StringBuilder text,
      Map<String, JsonNode> figures,
      String name,
      String unit,
      String key,
      double scale) {
    text.append(String.format("%-18s%4s", name, unit));
    for (JsonNode f : figures.values()) {
      JsonNode value = f.get(key);
      text.append(
          value.isNull()
              ? String.format("%14s", "unknown")
              : String.format(Locale.ROOT, "%14.1f", value.asDouble() * scale));
    }
    text.append('\n');
  }

  private static void write(Path file, Map<String, JsonNode> figures) {
    try {
      JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), figures);
    } catch (IOException e) {
      throw new ConfigException(
          file + " can't be written: " + e.getMessage() + "; name another with --json", e);
    }
  }
}
