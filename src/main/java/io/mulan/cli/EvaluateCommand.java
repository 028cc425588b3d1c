package io.mulan.cli;

import io.mulan.console.Countdown;
import io.mulan.console.ExitCode;
import io.mulan.console.Interruption;
import io.mulan.console.Stopped;
import io.mulan.data.ImageSet;
import io.mulan.run.PerImageTable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** {@code mulan evaluate}: the likelihood of images under a trained model. */
final class EvaluateCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(EvaluateCommand.class);

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public String summary() {
    return "measure the likelihood of images under a trained model";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN");
  }

  @Override
  public String examples() {
    return """
          mulan evaluate runs/digits                               the bound, 128 times for each test image
          mulan evaluate runs/digits --method exact                log-likelihood by the probability flow
          mulan evaluate runs/digits --method exact --samples 20   a tighter bound over the latent
          mulan evaluate runs/digits --importance 16 --steps 256   weighted trajectories
          mulan evaluate runs/digits --images DIR --json out.json  your own images, a report
          mulan evaluate runs/a --images DIR --class 3             of one class, where the model is told
          mulan launch --processes 4 -- evaluate runs/a            in four processes
        """;
  }

  @Override
  public Options options() {
    return ClusterOptions.add(
        EvaluationOptions.of(TrainedRun.options(ImageChoice.options(new Options()))));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    EvaluationOptions options = EvaluationOptions.read(line);
    TrainedRun run = options.prepare(TrainedRun.of(line));
    ImageChoice choice = ImageChoice.read(line, run);
    Map<String, Object> settings = options.settings(run.config());
    long images = choice.checksum(); // which reads them all
    Map<String, String> facts = Together.program();
    facts.put("checkpoint", run.fingerprint());
    facts.put("way to measure", options.method() + settings + options.batch(run.config()));
    facts.put("choice of images", images + " " + choice.count());
    String name =
        "%s-%s-%d-%08x"
            .formatted(
                options.method(),
                choice.name(),
                run.step(),
                List.of(settings.toString(), images, run.fingerprint()).hashCode());
    Together together =
        Together.of(
            line,
            facts,
            "start all again with the same commands: what is measured is kept",
            interruption);
    return together.work(
        () -> {
          LOG.info("building the model...");
          try (Evaluation evaluation =
              Evaluation.open(options, run, choice.chosen(), interruption)) {
            SharedMeasurement shared =
                new SharedMeasurement(
                    evaluation.measurement(), together.workers(), interruption::asked);
            interruption.watch("stopping; what is measured is kept");
            return together.workers().isChief()
                ? measure(line, run, choice, settings, name, evaluation, shared, interruption)
                : beside(shared, choice.count());
          } catch (Stopped e) {
            LOG.info("interrupted: all images are measured; the same command makes the report");
            return ExitCode.INTERRUPTED;
          }
        });
  }

  /** Measures this process's share; the chief keeps it. */
  private static int beside(SharedMeasurement shared, int wanted) {
    boolean all = shared.run(0, wanted, done -> {}, values -> {});
    return all ? ExitCode.OK : ExitCode.INTERRUPTED;
  }

  private static int measure(
      CommandLine line,
      TrainedRun run,
      ImageChoice choice,
      Map<String, Object> settings,
      String name,
      Evaluation evaluation,
      SharedMeasurement shared,
      Interruption interruption) {
    Path folder = run.results().resolve("evaluations");
    try (PerImageTable table =
        PerImageTable.open(folder.resolve(name + ".csv"), shared.columns())) {
      int wanted = choice.count();
      if (table.count() > 0) {
        LOG.info("{} images are measured already, in {}", table.count(), table.file());
      }
      if (!fill(table, shared, choice.images(), wanted)) {
        LOG.info(
            "interrupted: {} of {} images are kept in {}; the same command goes on",
            table.count(),
            wanted,
            table.file());
        return ExitCode.INTERRUPTED;
      }
      EvaluationReport report =
          evaluation.report(run, choice, settings, table, wanted, interruption);
      table.writeNpz(folder.resolve(name + ".npz"));
      report.write(folder.resolve(name + ".json"));
      if (line.hasOption("json")) {
        report.write(ConfigOptions.path(line.getOptionValue("json")));
      }
      System.out.print(report.text());
      System.out.println("files: " + folder.resolve(name) + ".{csv,npz,json}");
      return ExitCode.OK;
    }
  }

  /**
   * Measures what is missing.
   *
   * @return whether all is there
   */
  private static boolean fill(
      PerImageTable table, SharedMeasurement shared, ImageSet images, int wanted) {
    Countdown countdown = new Countdown("images", wanted, table.count());
    try {
      return shared.run(
          table.count(),
          wanted,
          done -> countdown.at(done, () -> soFar(table, images)),
          table::append);
    } finally {
      countdown.end();
    }
  }

  private static String soFar(PerImageTable table, ImageSet images) {
    if (table.count() == 0) {
      return "";
    }
    double mean = Arrays.stream(table.column("total", table.count())).average().orElseThrow();
    return String.format(
        Locale.ROOT, "%.3f bits/dim", mean / (images.shape().size() * Math.log(2)));
  }
}
