package io.mulan.cli;

import io.mulan.data.ImageSet;
import io.mulan.flow.FlowSolver;
import io.mulan.likelihood.Measurement;
import io.mulan.likelihood.PerImageTable;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private static final String SECONDS = "seconds";

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
        """;
  }

  @Override
  public Options options() {
    return EvaluationOptions.of(TrainedRun.options(ImageChoice.options(new Options())));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    EvaluationOptions options = EvaluationOptions.read(line);
    TrainedRun run = options.prepare(TrainedRun.of(line));
    ImageChoice choice = ImageChoice.read(line, run);
    LOG.info("building the model...");
    try (Evaluation evaluation = Evaluation.open(options, run, choice.chosen(), interruption)) {
      return measure(line, run, choice, options, evaluation, interruption);
    } catch (FlowSolver.Stopped e) {
      LOG.info("interrupted: all images are measured; the same command makes the report");
      return ExitCode.INTERRUPTED;
    }
  }

  private static int measure(
      CommandLine line,
      TrainedRun run,
      ImageChoice choice,
      EvaluationOptions options,
      Evaluation evaluation,
      Interruption interruption) {
    Measurement measurement = evaluation.measurement();
    List<String> columns = new ArrayList<>(measurement.terms());
    columns.add("total");
    columns.addAll(measurement.extras());
    columns.add(SECONDS);
    Map<String, Object> settings = options.settings(run.config());
    String name =
        "%s-%s-%d-%08x"
            .formatted(
                options.method(),
                choice.name(),
                run.step(),
                List.of(settings.toString(), choice.checksum(), run.fingerprint()).hashCode());
    Path folder = run.results().resolve("evaluations");
    try (PerImageTable table = PerImageTable.open(folder.resolve(name + ".csv"), columns)) {
      int wanted = choice.count();
      if (table.count() > 0) {
        LOG.info("{} images are measured already, in {}", table.count(), table.file());
      }
      interruption.watch("stopping; what is measured is kept");
      if (!fill(table, measurement, choice.images(), wanted, interruption)) {
        LOG.info(
            "interrupted: {} of {} images are kept in {}; the same command goes on",
            table.count(),
            wanted,
            table.file());
        return ExitCode.INTERRUPTED;
      }
      EvaluationReport report = evaluation.report(run, choice, settings, table, wanted);
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
      PerImageTable table,
      Measurement measurement,
      ImageSet images,
      int wanted,
      Interruption interruption) {
    Countdown countdown = new Countdown("images", wanted, table.count());
    try {
      while (table.count() < wanted) {
        if (interruption.asked()) {
          return false;
        }
        int first = table.count();
        int count = Math.min(measurement.chunk(), wanted - first);
        String sofar = soFar(table, images);
        long start = System.nanoTime();
        double[][] values =
            measurement.measure(first, count, done -> countdown.at(first + done, sofar));
        table.append(row(values, measurement.terms().size(), (System.nanoTime() - start) / 1e9));
      }
      return true;
    } catch (FlowSolver.Stopped e) {
      return false;
    } finally {
      countdown.end();
    }
  }

  /**
   * The columns of the table: the terms, their sum, what else is known, and the time of an image.
   */
  private static double[][] row(double[][] values, int terms, double seconds) {
    int count = values[0].length;
    double[] total = new double[count];
    for (int k = 0; k < terms; k++) {
      for (int i = 0; i < count; i++) {
        total[i] += values[k][i];
      }
    }
    List<double[]> columns = new ArrayList<>(Arrays.asList(values));
    columns.add(terms, total);
    double[] each = new double[count];
    Arrays.fill(each, seconds / count);
    columns.add(each);
    return columns.toArray(double[][]::new);
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
