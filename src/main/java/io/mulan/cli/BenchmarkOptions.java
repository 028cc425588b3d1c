package io.mulan.cli;

import io.mulan.benchmark.BenchmarkPlan;
import io.mulan.benchmark.BenchmarkPlan.What;
import io.mulan.benchmark.BenchmarkPlan.Xla;
import io.mulan.config.TrainingConfig.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.Options;

/**
 * The options of {@code mulan benchmark}.
 *
 * @param json where the figures go
 * @param compare the figures of an earlier run
 */
record BenchmarkOptions(BenchmarkPlan plan, Optional<Path> json, Optional<Path> compare) {

  static Options options() {
    Options options = ConfigOptions.model(new Options());
    Stream.of(
            ConfigOptions.withValue(
                "what",
                Arguments.names(What.class),
                "the training step, the bound, a sampler's step, the exact likelihood's, or the input"
                    + " (train)"),
            ConfigOptions.withValue("batch", "B", "short for --set training.batch=B"),
            ConfigOptions.withValue(
                "precision",
                Arguments.names(Precision.class),
                "short for --set training.precision=..."),
            ConfigOptions.withValue("xla", "on|off", "measure one way only (train: both)"),
            ConfigOptions.withValue("steps", "N", "steps to measure (20)"),
            ConfigOptions.withValue("json", "FILE", "also write the figures there"),
            ConfigOptions.withValue(
                "compare", "FILE", "next to the figures that an earlier --json wrote there"),
            ConfigOptions.withValue(
                "run", "RUN", "measure sampling and likelihood of a trained model instead"))
        .forEach(options::addOption);
    return options;
  }

  /** That nothing else goes with {@code --run}. */
  static void refuseBesideRun(Arguments given) {
    options().getOptions().stream()
        .map(o -> o.getLongOpt())
        .filter(name -> !name.equals("run"))
        .forEach(
            name ->
                given.refuse(
                    name, "does not go with --run, which measures a trained model as it is"));
  }

  static BenchmarkOptions of(Arguments given) {
    What what = given.choice("what", What.TRAIN, What.class);
    if (!what.trains()) {
      String why = "goes with --what train or data; without training nothing is compiled, and";
      given.refuse("xla", why + " products are in float32");
      given.refuse("precision", why + " products are in float32");
    }
    Xla xla = given.choice("xla", Xla.OFF, Xla.class);
    boolean both = what == What.TRAIN && !given.has("xla");
    return new BenchmarkOptions(
        new BenchmarkPlan(
            what,
            ConfigOptions.name(given),
            ConfigOptions.read(given, settings(given)),
            both ? List.of(Xla.values()) : List.of(xla),
            given.count("steps", 20, 1)),
        path(given, "json"),
        path(given, "compare"));
  }

  private static List<String> settings(Arguments given) {
    return Stream.of("batch", "precision")
        .filter(given::has)
        .map(name -> "training." + name + "=" + given.text(name))
        .toList();
  }

  private static Optional<Path> path(Arguments given, String option) {
    return Optional.ofNullable(given.text(option)).map(given::typed);
  }
}
