package io.mulan.run;

import io.mulan.cluster.WorkerGroup;
import io.mulan.cluster.Workers;
import io.mulan.console.Countdown;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.console.Version;
import io.mulan.likelihood.BoundMeasurement;
import io.mulan.likelihood.Estimate;
import io.mulan.likelihood.ExactEstimator;
import io.mulan.likelihood.LatentUse;
import io.mulan.likelihood.Measurement;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The likelihood of images under a trained model. What is measured of an image is kept in the run's
 * folder, from where a later call resumes.
 */
public final class Evaluation {
  private static final Logger LOG = LogManager.getLogger(Evaluation.class);

  /** Images whose paths are solved a second time. */
  private static final int SOLVER_CHECK = 16;

  private final TrainedRun run;
  private final ChosenImages images;
  private final LikelihoodMethod method;
  private final long checksum;

  /** Reads all images, for a checksum of them. */
  public Evaluation(TrainedRun run, ChosenImages images, LikelihoodMethod method) {
    this.run = method.prepare(run);
    this.images = images;
    this.method = method;
    this.checksum = images.images().checksum();
  }

  /** What must be the same in all processes that take part. */
  public Map<String, String> facts() {
    Map<String, String> facts = WorkerGroup.program();
    facts.put("checkpoint", run.fingerprint());
    facts.put("way to measure", method.name() + settings() + method.batch(run.config()));
    facts.put("choice of images", checksum + " " + images.count());
    return facts;
  }

  /** The files of the result, without {@code .csv}, {@code .npz} or {@code .json}. */
  public Path files() {
    String name =
        "%s-%s-%d-%08x"
            .formatted(
                method.name(),
                images.name(),
                run.step(),
                List.of(settings().toString(), checksum, run.fingerprint()).hashCode());
    return run.results().resolve("evaluations").resolve(name);
  }

  private Map<String, Object> settings() {
    return method.settings(run.config());
  }

  /**
   * Measures what is not measured yet, and writes the result.
   *
   * @param workers who share the images
   * @return what was found; nothing in a process that is not the chief
   * @throws Stopped if that was asked for; what is measured is kept
   */
  public Optional<EvaluationReport> measure(Workers workers, Terminal terminal) {
    LOG.info("building the model...");
    try (LikelihoodModel model = LikelihoodModel.open(run, method, terminal::asked)) {
      SharedMeasurement shared =
          new SharedMeasurement(model.of(images.chosen()), workers, terminal::asked);
      terminal.watch("stopping; what is measured is kept");
      if (workers.isChief()) {
        return Optional.of(measure(model.how(), shared, terminal));
      }
      if (!shared.run(0, images.count(), done -> {}, values -> {})) {
        throw new Stopped();
      }
      return Optional.empty();
    }
  }

  private EvaluationReport measure(String how, SharedMeasurement shared, Terminal terminal) {
    Path files = files();
    Path folder = files.getParent();
    String name = files.getFileName().toString();
    try (PerImageTable table =
        PerImageTable.open(folder.resolve(name + ".csv"), shared.columns())) {
      if (table.count() > 0) {
        LOG.info("{} images are measured already, in {}", table.count(), table.file());
      }
      fill(table, shared, terminal);
      EvaluationReport report;
      try {
        report = report(shared.measurement(), how, table, terminal);
      } catch (Stopped e) {
        LOG.info("interrupted: all images are measured; the same command makes the report");
        throw e;
      }
      table.writeNpz(folder.resolve(name + ".npz"));
      report.write(folder.resolve(name + ".json"));
      return report;
    }
  }

  /**
   * Measures what is missing.
   *
   * @throws Stopped if that was asked for
   */
  private void fill(PerImageTable table, SharedMeasurement shared, Terminal terminal) {
    int wanted = images.count();
    Countdown countdown = new Countdown(terminal, "images", wanted, table.count());
    countdown.note(soFar(table));
    boolean all;
    try {
      all =
          shared.run(
              table.count(),
              wanted,
              countdown::at,
              values -> {
                table.append(values);
                countdown.note(soFar(table));
              });
    } finally {
      countdown.end();
    }
    if (!all) {
      LOG.info(
          "interrupted: {} of {} images are kept in {}; the same command resumes",
          table.count(),
          wanted,
          table.file());
      throw new Stopped();
    }
  }

  private String soFar(PerImageTable table) {
    if (table.count() == 0) {
      return "";
    }
    double mean = Arrays.stream(table.column("total", table.count())).average().orElseThrow();
    return String.format(Locale.ROOT, "%.3f bits/dim", mean / (run.image().size() * Math.log(2)));
  }

  /**
   * What the table says of its first images.
   *
   * @throws Stopped if that was asked for
   */
  private EvaluationReport report(
      Measurement measurement, String how, PerImageTable table, Terminal terminal) {
    int count = images.count();
    int dimensions = run.image().size();
    double bits = dimensions * Math.log(2);
    Map<String, Estimate> terms = new LinkedHashMap<>();
    for (String term : measurement.terms()) {
      terms.put(term, Estimate.of(table.column(term, count), dimensions));
    }
    double seconds = Arrays.stream(table.column("seconds", count)).sum();
    Double evaluations = null;
    EvaluationReport.SolverError solver = null;
    LatentUse latent = null;
    if (measurement instanceof ExactEstimator exact) {
      evaluations =
          Arrays.stream(table.column(ExactEstimator.EVALUATIONS, count)).average().orElseThrow();
      int checked = Math.min(count, SOLVER_CHECK);
      ExactEstimator.SolverError error = exact.solverError(0, checked);
      solver = new EvaluationReport.SolverError(checked, error.mean() / bits, error.image() / bits);
    }
    if (measurement instanceof BoundMeasurement bound) {
      latent = bound.latentUse(terms.get("latent").bitsPerDim() * bits, terminal::stopIfAsked);
    }
    return new EvaluationReport(
        measurement instanceof ExactEstimator ? "exact" : "bound",
        how,
        images.description(),
        images.options(),
        count,
        run.step(),
        run.fingerprint(),
        method.settings(run.config()),
        terms,
        Estimate.of(table.column("total", count), dimensions),
        evaluations,
        solver,
        latent,
        seconds,
        seconds / count,
        Version.all());
  }
}
