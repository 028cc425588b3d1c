package io.mulan.report;

import io.mulan.console.Text;
import io.mulan.diffusion.BoundTerms;
import io.mulan.drawing.Chart;
import io.mulan.drawing.HtmlPage.Figure;
import io.mulan.training.Metrics;
import io.mulan.training.Metrics.Curve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What was measured while training, against steps. */
final class ReportCurves {
  private static final String STEPS = "steps";
  private static final String BITS = "bits/dim";

  /** So small that letters are legible on a phone. */
  private static final int WIDTH = 440;

  private static final int HEIGHT = 330;

  /** Less than this, bits/dim, is nothing, and has no logarithm. */
  private static final double LEAST = 1e-4;

  /** The share of the steps that does not decide what a chart shows. */
  private static final double BEGINNING = 0.1;

  private ReportCurves() {}

  /** One of all runs for each quantity, and the terms of each run. */
  static List<Figure> of(List<ReportedRun> runs) {
    List<Figure> figures = new ArrayList<>();
    if (measured(runs, Metrics.TEST_BOUND) + measured(runs, Metrics.TRAIN_BOUND) > 0) {
      figures.addAll(totals(runs));
    }
    for (ReportedRun run : runs) {
      if (measured(List.of(run), "train/diffusion") > 0) {
        figures.add(terms(run, runs.size() > 1));
      }
    }
    if (measured(runs, "latent/kl_nats") > 1) {
      figures.add(latent(runs));
    }
    return figures;
  }

  /** How often. */
  private static long measured(List<ReportedRun> runs, String quantity) {
    return runs.stream()
        .flatMapToDouble(r -> DoubleStream.of(r.metrics().curve(quantity).values()))
        .filter(Double::isFinite)
        .count();
  }

  private static List<Figure> totals(List<ReportedRun> runs) {
    if (runs.size() > 1) {
      return List.of(
          total(
              runs,
              "test",
              "test",
              "Bits/dim on the test images, with standard errors over images."),
          total(
              runs,
              "train",
              "training",
              "Bits/dim of training batches, means since the point before."));
    }
    Chart chart = chart("Bits/dim while training", BITS);
    ReportedRun run = runs.get(0);
    add(chart, "train", run, "train");
    add(chart, "test", run, "test");
    return List.of(
        figure(
            chart,
            List.of(
                run.metrics().curve(Metrics.TRAIN_BOUND), run.metrics().curve(Metrics.TEST_BOUND)),
            "Bits/dim of training batches, means since the point before, with the weights of the"
                + " moment; and of the test images with averaged weights and standard errors over"
                + " images."));
  }

  private static Figure total(
      List<ReportedRun> runs, String images, String called, String caption) {
    Chart chart = chart("Bits/dim, " + called + " images", BITS);
    runs.forEach(run -> add(chart, run.name(), run, images));
    List<Curve> curves =
        runs.stream().map(r -> r.metrics().curve(images + "/bits_per_dim")).toList();
    return figure(chart, curves, caption);
  }

  private static void add(Chart chart, String name, ReportedRun run, String images) {
    Curve curve = run.metrics().curve(images + "/bits_per_dim");
    if (images.equals("test")) {
      Curve errors = run.metrics().curve("test/standard_error");
      chart.errors(name, curve.steps(), curve.values(), errors.values());
    } else {
      chart.line(name, curve.steps(), curve.values());
    }
  }

  private static Figure terms(ReportedRun run, boolean named) {
    String of = named ? " of " + run.name() : "";
    Chart chart = chart("Terms of the bound" + of, BITS).logarithmicY();
    String images = run.metrics().curve("test/diffusion").size() > 1 ? "test" : "train";
    for (String term : BoundTerms.NAMES) {
      Curve curve = run.metrics().curve(images + "/" + term);
      double[] seen =
          DoubleStream.of(curve.values()).map(v -> v < LEAST ? Double.NaN : v).toArray();
      chart.line(term, curve.steps(), seen);
    }
    return Figure.of(
        chart,
        "Terms of the bound%s on the %s images; what is below %s bits/dim is not drawn."
            .formatted(of, images.equals("test") ? "test" : "training", Text.plain(LEAST)));
  }

  private static Figure latent(List<ReportedRun> runs) {
    Chart chart = chart("What the latent costs and says", "nats an image");
    for (ReportedRun run : runs) {
      String of = runs.size() > 1 ? ", " + run.name() : "";
      Curve kl = run.metrics().curve("latent/kl_nats");
      Curve given = run.metrics().curve("latent/mutual_information_nats");
      chart.line("KL" + of, kl.steps(), kl.values());
      chart.line("information" + of, given.steps(), given.values());
    }
    return Figure.of(
        chart,
        "KL of the latent's posterior from its prior, the cost, and its mutual information with the"
            + " test images, at most what they have.");
  }

  private static Chart chart(String title, String y) {
    return new Chart(title, STEPS, y, WIDTH, HEIGHT).legendBelow();
  }

  /** Scaled to what comes after the beginning, where values may be many times those of the end. */
  private static Figure figure(Chart chart, List<Curve> curves, String caption) {
    double last =
        curves.stream().flatMapToDouble(c -> Arrays.stream(c.steps())).max().orElseThrow();
    double[] all = finite(curves, 0);
    double[] late = finite(curves, BEGINNING * last);
    if (late.length < 2) {
      return Figure.of(chart, caption);
    }
    double low = Arrays.stream(all).min().orElseThrow();
    double high = Arrays.stream(late).max().orElseThrow();
    double margin = 0.05 * (high - low);
    if (Arrays.stream(all).noneMatch(v -> v > high + margin) || margin == 0) {
      return Figure.of(chart, caption);
    }
    return Figure.of(
        chart.between(low - margin, high + margin),
        caption + " The beginning lies above what is shown.");
  }

  private static double[] finite(List<Curve> curves, double from) {
    return curves.stream()
        .flatMapToDouble(
            c ->
                IntStream.range(0, c.size())
                    .filter(i -> c.steps()[i] >= from)
                    .mapToDouble(i -> c.values()[i]))
        .filter(Double::isFinite)
        .toArray();
  }
}
