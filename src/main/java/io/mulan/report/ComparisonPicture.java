package io.mulan.report;

import io.mulan.console.Text;
import io.mulan.drawing.Chart;
import io.mulan.drawing.Panels;
import io.mulan.drawing.Plot;
import io.mulan.training.Metrics;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * The curves of a comparison against steps and against seconds: of each preset the mean of its
 * finished runs in a band of one standard deviation over seeds, and each run that is not finished,
 * up to a mark where it ended.
 */
final class ComparisonPicture {
  private static final int WIDTH = 680;
  private static final int HEIGHT = 420;

  /** Before this part of the steps all curves fall from far above: it would flatten the rest. */
  private static final double FALL = 0.1;

  private ComparisonPicture() {}

  static Plot of(Comparison comparison, String title) {
    return new Panels(
        title,
        2,
        List.of(
            chart(comparison, title, "steps", ComparedPreset.Band::steps, Metrics.Curve::steps),
            chart(
                comparison,
                "The same against time",
                "time that steps took, seconds",
                ComparedPreset.Band::seconds,
                Metrics.Curve::seconds)));
  }

  private static Chart chart(
      Comparison comparison,
      String title,
      String x,
      Function<ComparedPreset.Band, double[]> ofBand,
      Function<Metrics.Curve, double[]> ofCurve) {
    Chart chart = new Chart(title, x, "bits/dim on the test images", WIDTH, HEIGHT);
    for (ComparedPreset preset : comparison.presets()) {
      ComparedPreset.Band band = preset.band();
      chart.band(preset.name(), ofBand.apply(band), band.low(), band.high());
      chart.line(preset.name(), ofBand.apply(band), band.mean());
    }
    for (ComparedRun run : comparison.runs()) {
      if (!run.finished() && run.curve().size() > 0) {
        String name = run.preset() + " seed " + run.seed() + ", " + Text.name(run.state());
        double[] steps = ofCurve.apply(run.curve());
        chart.line(name, steps, run.curve().values());
        chart.points(name, new double[] {steps[steps.length - 1]}, new double[] {run.last()});
      }
    }
    double[] range = range(comparison);
    return range[0] < range[1] ? chart.between(range[0], range[1]) : chart;
  }

  /** From the lowest value to the highest that a curve has once its first fall is over. */
  private static double[] range(Comparison comparison) {
    List<Metrics.Curve> curves =
        comparison.runs().stream().map(ComparedRun::curve).filter(c -> c.size() > 0).toList();
    double steps = curves.stream().flatMapToDouble(c -> DoubleStream.of(c.steps())).max().orElse(0);
    double low = curves.stream().flatMapToDouble(c -> Arrays.stream(c.values())).min().orElse(0);
    double high = curves.stream().mapToDouble(c -> after(c, FALL * steps)).max().orElse(0);
    double margin = 0.03 * (high - low);
    return new double[] {low - margin, high + margin};
  }

  /** The first value from a step on; the last one if there is none. */
  private static double after(Metrics.Curve curve, double step) {
    for (int i = 0; i < curve.size(); i++) {
      if (curve.steps()[i] >= step) {
        return curve.values()[i];
      }
    }
    return curve.values()[curve.size() - 1];
  }
}
