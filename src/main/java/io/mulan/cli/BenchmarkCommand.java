package io.mulan.cli;

import io.mulan.benchmark.Benchmark;
import io.mulan.benchmark.BenchmarkPlan;
import io.mulan.benchmark.BenchmarkPlan.What;
import io.mulan.benchmark.BenchmarkPlan.Xla;
import io.mulan.benchmark.BenchmarkProcess;
import io.mulan.benchmark.BenchmarkTable;
import io.mulan.benchmark.InferenceStep;
import io.mulan.benchmark.MachinePeak;
import io.mulan.benchmark.StepMeasurement;
import io.mulan.config.TrainingConfig.Precision;
import io.mulan.console.ExitCode;
import io.mulan.console.Surroundings;
import io.mulan.console.Text;
import io.mulan.run.Provenance;
import io.mulan.run.TrainedRun;
import io.mulan.training.ProductType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code mulan benchmark}: how long a step takes, where its time goes, and how far it is from what
 * the machine can do. Each way is measured in a process of its own.
 */
final class BenchmarkCommand implements Command {

  @Override
  public String name() {
    return "benchmark";
  }

  @Override
  public String summary() {
    return "measure a step: time by part, images/s, FLOP/s next to the machine's peak, memory";
  }

  @Override
  public String examples() {
    return """
          mulan benchmark                               the digits model, with XLA and without
          mulan benchmark --preset photos --xla off     another model, one way only
          mulan benchmark --what sample --batch 64      a step of the sampler; also score, exact, data
          mulan benchmark --precision bfloat16 --json b.json
          mulan benchmark --compare b.json              next to the figures of that run
          mulan benchmark --run runs/digits             sampling and likelihood next to the network
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(ConfigOptions::model)
        .value(
            "what",
            Arguments.names(What.class),
            "the training step, the bound, a sampler's step, the exact likelihood's, or the input (train)")
        .value("batch", "B", "short for --set training.batch=B")
        .value(
            "precision", Arguments.names(Precision.class), "short for --set training.precision=...")
        .value("xla", "on|off", "measure one way only (train: both)")
        .value("steps", "N", "steps to measure (20)")
        .value("json", "FILE", "also write the figures there")
        .value("compare", "FILE", "next to the figures that an earlier --json wrote there")
        .value("run", "RUN", "measure sampling and likelihood of a trained model instead");
  }

  @Override
  public int run(Arguments given) {
    if (given.has("run")) {
      refuseWithRun(given);
      try (TrainedRun run = TrainedRun.newest(given.path("run"))) {
        given.out().print(InferenceStep.overhead(run.config()));
        return ExitCode.OK;
      }
    }
    BenchmarkPlan plan = plan(given);
    Optional<Path> compare = given.pathIfGiven("compare");
    Optional<Benchmark> earlier = compare.map(file -> Benchmark.read(file, Text.name(plan.what())));
    Optional<Path> json = given.pathIfGiven("json");
    try {
      Benchmark benchmark = measure(plan, given.around());
      given.out().print(BenchmarkTable.of(benchmark));
      earlier.ifPresent(
          e -> given.out().print(BenchmarkTable.compared(benchmark, e, compare.get().toString())));
      json.ifPresent(file -> Provenance.write(file, benchmark));
      return ExitCode.OK;
    } catch (BenchmarkProcess.Failed e) {
      return e.code();
    }
  }

  private void refuseWithRun(Arguments given) {
    options().all().getOptions().stream()
        .map(o -> o.getLongOpt())
        .filter(name -> !name.equals("run"))
        .forEach(
            name ->
                given.refuse(
                    name, "does not go with --run, which measures a trained model as it is"));
  }

  private static BenchmarkPlan plan(Arguments given) {
    What what = given.choice("what", What.TRAIN, What.class);
    if (!what.trains()) {
      String why = "goes with --what train or data; without training nothing is compiled, and";
      given.refuse("xla", why + " products are in float32");
      given.refuse("precision", why + " products are in float32");
    }
    Xla xla = given.choice("xla", Xla.OFF, Xla.class);
    boolean both = what == What.TRAIN && !given.has("xla");
    return new BenchmarkPlan(
        what,
        ConfigOptions.name(given),
        ConfigOptions.read(given, ConfigOptions.settings(given, "training", "batch", "precision")),
        both ? List.of(Xla.values()) : List.of(xla),
        given.count("steps", 20, 1));
  }

  /** A process of its own that measures one way. */
  public static void main(String[] args) {
    Main.alone(
        () -> {
          BenchmarkProcess.answer(args);
          return ExitCode.OK;
        });
  }

  private Benchmark measure(BenchmarkPlan plan, Surroundings around) {
    log().info("the machine: large convolutions and products...");
    MachinePeak machine = MachinePeak.measure(ProductType.of(plan.precision()));
    Map<String, StepMeasurement> steps = new LinkedHashMap<>();
    for (Xla xla : plan.ways()) {
      String with = plan.what().trains() ? ", " + xla.title() : "";
      log().info("{} of {}{}: {}...", plan.what().title(), plan.model(), with, plan.steps());
      steps.putAll(BenchmarkProcess.measure(plan, xla, BenchmarkCommand.class, around));
    }
    return Benchmark.of(plan, machine, steps);
  }
}
