package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.config.RunConfig.Difference;
import io.mulan.console.ExitCode;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.SignalPower;
import io.mulan.files.ConfigException;
import io.mulan.report.ComparedTraining;
import io.mulan.report.Comparison;
import io.mulan.report.ComparisonReport;
import io.mulan.run.ReproduceCommand;
import io.mulan.run.Training;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/** {@code mulan compare}: trains several configurations alike and shows how fast they learn. */
final class CompareCommand implements Command {
  private static final int SEEDS = 3;

  /** How often the bound is measured in a run, unless it is set. */
  private static final int EVALUATIONS = 20;

  private static final String EVALUATE_EVERY = "training.evaluate_every";

  /** Settings that must be the same where curves are compared, in addition to the data. */
  private static final Set<String> ALIKE =
      Set.of("training.steps", "training.batch", EVALUATE_EVERY, "training.times_per_image");

  @Override
  public String name() {
    return "compare";
  }

  @Override
  public String summary() {
    return "train presets on the same data, batches and seeds: bits/dim against steps and time";
  }

  @Override
  public List<String> arguments() {
    return List.of("PRESET" + MORE);
  }

  @Override
  public String examples() {
    return """
          mulan compare digits digits-vdm      three seeds of each, into runs/compare/digits
          mulan compare digits digits-vdm --steps 400 --seeds 2   a first look
          mulan compare digits digits-nonadaptive digits-scalar digits-linear   what each part brings
          mulan compare photos photos-gumbel photos-gaussian      other latents
          mulan compare digits-vdm mine.yaml --target 1.8         your own settings: when at 1.8 bits/dim?

        PRESET is one of mulan train, or a YAML file laid over the one of --preset. Each run has a folder,
        DIR/PRESET-seedN, as mulan train makes them. The same command resumes after Ctrl-C and makes use of
        finished runs, so that a preset or a seed can be added. A run that diverges is reported with what it
        has, the others continue, and the exit code is 5 in the end; the same command tries it again from its
        last checkpoint. The bound is measured after each twentieth of the steps (otherwise:
        --set training.evaluate_every=N). Seconds are those that steps took.
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(ConfigOptions::training)
        .value("seeds", "S", "of each preset: 0 to S-1 (3)")
        .value("target", "BITS", "bits/dim to reach (the highest that a run ends at: all reach it)")
        .value("out", "DIR", "where (runs/compare/FIRST-PRESET)")
        .with(ConfigOptions::single)
        .value("preset", "P", "what YAML files are laid over (digits)");
  }

  @Override
  public int run(Arguments given) {
    int seeds = given.count("seeds", SEEDS, 1);
    OptionalDouble target =
        given.has("target")
            ? OptionalDouble.of(given.positive("target", 0))
            : OptionalDouble.empty();
    Map<String, RunConfig> configs = configs(given);
    String first = configs.keySet().iterator().next();
    Path out = given.typed(given.text("out", "runs/compare/" + first));
    RunConfig config = configs.get(first);
    Dataset data = Datasets.open(config.data());
    Training.checkBatch(config.training(), data);
    configs.replaceAll((name, c) -> SignalPower.resolve(c, data));

    ComparedTraining training = new ComparedTraining(configs, seeds, out);
    boolean whole = training.run(data, given.terminal());
    int steps = config.training().steps();
    String title =
        "bits/dim on the %d test images of %s in %d steps"
            .formatted(data.test().count(), data.name(), steps);
    ComparisonReport report =
        new ComparisonReport(
            Comparison.of(training.presets(), target),
            title,
            steps,
            seeds,
            command(given, steps, seeds, out));
    report.write(out);
    given.out().print(report.text());
    given.out().println("files: " + out + " (comparison.png, .svg, .json; a folder for each run)");
    if (!whole) {
      log().info("interrupted; the same command resumes");
      return ExitCode.INTERRUPTED;
    }
    return training.diverged() ? ExitCode.DIVERGED : ExitCode.OK;
  }

  /** The configurations by name; the seed is not set yet. */
  private static Map<String, RunConfig> configs(Arguments given) {
    List<String> presets = given.words();
    if (presets.size() < 2) {
      throw new UsageException(
          "mulan compare needs a second PRESET, to compare "
              + presets.get(0)
              + " with (mulan compare --help)");
    }
    List<String> settings = new ArrayList<>(given.texts("set"));
    if (settings.stream().anyMatch(s -> s.startsWith("training.seed="))) {
      throw new UsageException("--set training.seed does not go here: --seeds says how many");
    }
    settings.addAll(ConfigOptions.trainingSettings(given));
    Map<String, RunConfig> configs = new LinkedHashMap<>();
    for (String preset : presets) {
      boolean file = preset.endsWith(".yaml") || preset.endsWith(".yml");
      String name = file ? ConfigOptions.name(given.typed(preset)) : preset;
      RunConfig config =
          file
              ? ConfigOptions.read(
                  given,
                  Optional.ofNullable(given.text("preset")),
                  Optional.of(given.typed(preset)),
                  settings)
              : ConfigOptions.read(given, Optional.of(preset), Optional.empty(), settings);
      if (configs.put(name, evaluatedOften(config, settings)) != null) {
        throw new UsageException(name + " is named twice; each needs a name of its own");
      }
    }
    checkAlike(configs);
    return configs;
  }

  private static RunConfig evaluatedOften(RunConfig config, List<String> settings) {
    if (settings.stream().anyMatch(s -> s.startsWith(EVALUATE_EVERY + "="))) {
      return config;
    }
    int every = Math.max(1, config.training().steps() / EVALUATIONS);
    return ConfigReader.override(config, List.of(EVALUATE_EVERY + "=" + every));
  }

  private static void checkAlike(Map<String, RunConfig> configs) {
    String first = configs.keySet().iterator().next();
    configs.forEach(
        (name, config) -> {
          for (Difference d : RunConfig.differences(configs.get(first), config)) {
            if (d.key().startsWith("data.") || ALIKE.contains(d.key())) {
              throw new ConfigException(
                  "%s and %s cannot be compared: %s is %s in one and %s in the other; give both one with --set %s="
                      .formatted(first, name, d.key(), d.left(), d.right(), d.key()));
            }
          }
        });
  }

  /** The command line that repeats it. */
  private static String command(Arguments given, int steps, int seeds, Path out) {
    List<String> words = new ArrayList<>(List.of("mulan", "compare"));
    words.addAll(given.words());
    words.addAll(List.of("--steps", "" + steps, "--seeds", "" + seeds));
    for (String option : List.of("preset", "xla", "target")) {
      if (given.has(option)) {
        words.addAll(List.of("--" + option, given.text(option)));
      }
    }
    Stream.of("skip-bad", "allow-large").filter(given::has).forEach(o -> words.add("--" + o));
    given.texts("set").forEach(s -> words.addAll(List.of("--set", s)));
    words.addAll(List.of("--out", out.toString()));
    return ReproduceCommand.line(words);
  }
}
