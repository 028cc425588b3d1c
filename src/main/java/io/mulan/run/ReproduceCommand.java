package io.mulan.run;

import io.mulan.config.ConfigReader;
import io.mulan.config.Presets;
import io.mulan.config.RunConfig;
import io.mulan.config.RunConfig.Difference;
import io.mulan.files.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Commands that do again what was done. */
public final class ReproduceCommand {
  private ReproduceCommand() {}

  /** The preset that the fewest settings of a configuration differ from. */
  public static String preset(RunConfig config) {
    return Presets.names().stream()
        .min(Comparator.comparingInt(name -> RunConfig.differences(read(name), config).size()))
        .orElseThrow();
  }

  /** A preset as it is. */
  public static RunConfig read(String preset) {
    return ConfigReader.read(Optional.of(preset), Optional.empty(), List.of());
  }

  /**
   * Trains the same model: with settings over the nearest preset where those say it all, or with
   * the run's own file.
   */
  public static String train(Path run, RunConfig config) {
    String preset = preset(config);
    List<String> settings = settings(read(preset), config);
    List<String> words = new ArrayList<>(List.of("mulan", "train"));
    if (again(preset, settings).filter(config::equals).isPresent()) {
      words.addAll(List.of("--preset", preset));
      settings.forEach(s -> words.addAll(List.of("--set", s)));
    } else {
      words.addAll(List.of("--config", run.resolve("config.yaml").toString()));
    }
    InitialWeights.taken(run)
        .ifPresent(t -> words.addAll(List.of("--init", t.source(), "--init-weights", t.kept())));
    words.addAll(List.of("--run", run.toString()));
    return line(words);
  }

  private static List<String> settings(RunConfig preset, RunConfig config) {
    List<String> settings = new ArrayList<>();
    for (Difference d : RunConfig.differences(preset, config)) {
      settings.add(d.key() + "=" + d.right());
      if (d.key().equals("data.kind")) {
        // Another kind has levels of its own unless they are said.
        settings.add("data.levels=" + config.data().levels());
      }
    }
    return settings.stream().distinct().toList();
  }

  private static Optional<RunConfig> again(String preset, List<String> settings) {
    try {
      return Optional.of(ConfigReader.read(Optional.of(preset), Optional.empty(), settings));
    } catch (ConfigException e) {
      return Optional.empty(); // a text that is not YAML, such as one of two lines
    }
  }

  /** Makes an evaluation again: of the same images in the same way. */
  public static String evaluate(Path run, EvaluationReport report) {
    List<String> words = new ArrayList<>(List.of("mulan", "evaluate", run.toString()));
    words.addAll(List.of("--step", "" + report.step()));
    if (report.choice() != null) {
      report.choice().forEach((option, value) -> words.addAll(List.of("--" + option, value)));
    }
    words.addAll(List.of("--limit", "" + report.count()));
    if (report.method().equals("exact")) {
      words.addAll(List.of("--method", "exact"));
    }
    report
        .settings()
        .forEach(
            (option, value) -> {
              if (!Boolean.FALSE.equals(value)) {
                words.add("--" + option);
              }
              if (!(value instanceof Boolean)) {
                words.add(String.valueOf(value));
              }
            });
    return line(words);
  }

  /** As a shell takes it. */
  public static String line(List<String> words) {
    return words.stream().map(ReproduceCommand::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches("[\\w./:=,+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
