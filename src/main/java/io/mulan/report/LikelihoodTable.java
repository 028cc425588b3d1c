package io.mulan.report;

import io.mulan.console.Text;
import io.mulan.diffusion.BoundTerms;
import io.mulan.drawing.HtmlPage;
import io.mulan.likelihood.Estimate;
import io.mulan.likelihood.LatentUse;
import io.mulan.run.EvaluationReport;
import io.mulan.run.RunResult;
import io.mulan.run.TrainingReport;
import io.mulan.training.Metrics;
import io.mulan.training.Metrics.Curve;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** What was measured of the likelihood of images, in all ways, side by side. */
final class LikelihoodTable {
  private static final String NONE = "–";
  private static final String TEST_IMAGES = "the test images";

  private LikelihoodTable() {}

  /**
   * A measurement.
   *
   * @param name of the way it was computed
   * @param how it was, in words
   * @param terms that add up to it; empty if it has none
   * @param latent what the latent says about the images; null if it is not known
   */
  record Measured(
      ReportedRun run,
      String name,
      String how,
      String images,
      long step,
      Map<String, Estimate> terms,
      String figure,
      LatentUse latent) {}

  /** The last one on the test images that training itself made. */
  static Optional<Measured> last(ReportedRun run) {
    Optional<RunResult> result = run.result();
    if (result.isPresent() && result.get().steps() >= lastOfCurve(run)) {
      return Optional.of(atTheEnd(run, result.get()));
    }
    return whileTraining(run);
  }

  private static Measured atTheEnd(ReportedRun run, RunResult result) {
    return new Measured(
        run,
        "bound, end of training",
        result.method(),
        TEST_IMAGES,
        result.steps(),
        result.bound().terms(),
        result.bound().total().text(),
        result.bound().latent());
  }

  private static double lastOfCurve(ReportedRun run) {
    Curve curve = run.metrics().curve(Metrics.TEST_BOUND);
    return curve.size() == 0 ? 0 : curve.steps()[curve.size() - 1];
  }

  private static Optional<Measured> whileTraining(ReportedRun run) {
    Metrics metrics = run.metrics();
    if (metrics.curve(Metrics.TEST_BOUND).size() == 0) {
      return Optional.empty();
    }
    Estimate total =
        new Estimate(last(metrics, Metrics.TEST_BOUND), last(metrics, "test/standard_error"));
    return Optional.of(
        new Measured(
            run,
            "bound, while training",
            TrainingReport.bound(run.config())
                + "; standard error over images"
                + TrainingReport.caveat(run.config()),
            TEST_IMAGES,
            (long) lastOfCurve(run),
            terms(metrics),
            total.text(),
            null));
  }

  /** Their errors are not kept. */
  private static Map<String, Estimate> terms(Metrics metrics) {
    Map<String, Estimate> terms = new LinkedHashMap<>();
    for (String term : BoundTerms.NAMES) {
      terms.put(term, new Estimate(last(metrics, "test/" + term), Double.NaN));
    }
    return terms;
  }

  private static double last(Metrics metrics, String name) {
    Curve curve = metrics.curve(name);
    return curve.size() == 0 ? Double.NaN : curve.values()[curve.size() - 1];
  }

  private static Measured evaluated(ReportedRun run, EvaluationReport report) {
    return new Measured(
        run,
        report.method(),
        report.how() + "; " + TrainingReport.error(report.count()),
        report.images(),
        report.step(),
        report.terms(),
        report.total().text(),
        report.latent());
  }

  private static Measured independentPixels(ReportedRun run, RunResult result) {
    return new Measured(
        run,
        "independent pixels",
        String.format(
            Locale.ROOT,
            "each pixel's own histogram on the training images, whose entropy is %.4f",
            result.pixelEntropy()),
        TEST_IMAGES,
        0,
        Map.of(),
        String.format(Locale.ROOT, "%.4f", result.independentPixels()),
        null);
  }

  private static List<Measured> all(ReportedRun run) {
    List<Measured> all = new ArrayList<>();
    last(run).ifPresent(all::add);
    run.evaluations().forEach(e -> all.add(evaluated(run, e)));
    run.result().ifPresent(r -> all.add(independentPixels(run, r)));
    return all;
  }

  /** Adds the tables. */
  static void addTo(HtmlPage page, List<ReportedRun> runs) {
    List<Measured> all = runs.stream().flatMap(run -> all(run).stream()).toList();
    if (all.isEmpty()) {
      page.text("None was measured: mulan evaluate RUN measures one where there are weights.");
      return;
    }
    boolean several = runs.size() > 1;
    table(
        page,
        "Bits/dim with standard errors over images; lower is better",
        several,
        List.of("computed by", "bits/dim", "images", "step"),
        all,
        m ->
            List.of(
                m.name() + "\n" + m.how(),
                m.figure(),
                m.images(),
                m.step() == 0 ? NONE : Text.count(m.step())));
    Set<Set<String>> kinds = new LinkedHashSet<>();
    all.stream().filter(m -> !m.terms().isEmpty()).forEach(m -> kinds.add(m.terms().keySet()));
    for (Set<String> terms : kinds) {
      List<String> head = new ArrayList<>(List.of("computed by"));
      head.addAll(terms);
      table(
          page,
          "By term, bits/dim",
          several,
          head,
          all.stream().filter(m -> m.terms().keySet().equals(terms)).toList(),
          m ->
              Stream.concat(Stream.of(m.name()), terms.stream().map(t -> term(m.terms().get(t))))
                  .toList());
    }
    all.stream()
        .filter(m -> m.latent() != null)
        .forEach(
            m ->
                page.text(
                    "Latent of %s (%s): %s."
                        .formatted(m.run().name(), m.name(), TrainingReport.use(m.latent()))));
  }

  /** The texts about runs, each after the name of its run if there are several. */
  private static void table(
      HtmlPage page,
      String caption,
      boolean several,
      List<String> head,
      List<Measured> rows,
      Function<Measured, List<String>> cells) {
    page.table(
        caption,
        several ? Stream.concat(Stream.of("run"), head.stream()).toList() : head,
        rows.stream()
            .map(
                m ->
                    several
                        ? Stream.concat(Stream.of(m.run().name()), cells.apply(m).stream()).toList()
                        : cells.apply(m))
            .toList());
  }

  private static String term(Estimate figure) {
    return figure.hasError()
        ? figure.text()
        : String.format(Locale.ROOT, "%.4f", figure.bitsPerDim());
  }
}
