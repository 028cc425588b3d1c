package io.mulan.cli;

import io.mulan.benchmark.Benchmark;
import io.mulan.benchmark.BenchmarkPlan;
import io.mulan.benchmark.BenchmarkPlan.Xla;
import io.mulan.benchmark.BenchmarkProcess;
import io.mulan.benchmark.BenchmarkTable;
import io.mulan.benchmark.InferenceStep;
import io.mulan.benchmark.MachinePeak;
import io.mulan.benchmark.StepMeasurement;
import io.mulan.console.ExitCode;
import io.mulan.console.Surroundings;
import io.mulan.console.Text;
import io.mulan.run.Provenance;
import io.mulan.run.TrainedRun;
import io.mulan.training.ProductType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * {@code mulan benchmark}: how long a step takes, where its time goes, and how far it is from what
 * the machine can do. Each way is measured in a process of its own.
 */
final class BenchmarkCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(BenchmarkCommand.class);

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
  public Options options() {
    return BenchmarkOptions.options();
  }

  @Override
  public int run(Arguments given) {
    if (given.has("run")) {
      BenchmarkOptions.refuseBesideRun(given);
      try (TrainedRun run = TrainedRun.newest(given.path("run"))) {
        given.out().print(InferenceStep.overhead(run.config()));
        return ExitCode.OK;
      }
    }
    BenchmarkOptions options = BenchmarkOptions.of(given);
    Optional<Benchmark> earlier =
        options.compare().map(file -> Benchmark.read(file, Text.name(options.plan().what())));
    try {
      Benchmark benchmark = measure(options.plan(), given.around());
      given.out().print(BenchmarkTable.of(benchmark));
      earlier.ifPresent(
          e ->
              given
                  .out()
                  .print(
                      BenchmarkTable.compared(benchmark, e, options.compare().get().toString())));
      options.json().ifPresent(file -> Provenance.write(file, benchmark));
      return ExitCode.OK;
    } catch (BenchmarkProcess.Failed e) {
      return e.code();
    }
  }

  /** A process of its own that measures one way. */
  public static void main(String[] args) {
    Main.alone(
        () -> {
          BenchmarkProcess.answer(args);
          return ExitCode.OK;
        });
  }

  private static Benchmark measure(BenchmarkPlan plan, Surroundings around) {
    LOG.info("the machine: large convolutions and products...");
    MachinePeak machine = MachinePeak.measure(ProductType.of(plan.precision()));
    Map<String, StepMeasurement> steps = new LinkedHashMap<>();
    for (Xla xla : plan.ways()) {
      String with = plan.what().trains() ? ", " + xla.title() : "";
      LOG.info("{} of {}{}: {}...", plan.what().title(), plan.model(), with, plan.steps());
      steps.putAll(BenchmarkProcess.measure(plan, xla, BenchmarkCommand.class, around));
    }
    return Benchmark.of(plan, machine, steps);
  }
}
