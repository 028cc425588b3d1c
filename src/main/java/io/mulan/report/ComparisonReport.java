package io.mulan.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.console.Text;
import io.mulan.console.Version;
import io.mulan.drawing.Chart;
import io.mulan.drawing.Panels;
import io.mulan.drawing.PictureFiles;
import io.mulan.drawing.Plot;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.training.Metrics;
import io.mulan.training.Metrics.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * What {@code mulan compare} leaves: a table, a picture, and all figures with the folders that they
 * come from.
 *
 * @param title what was measured, on which images
 * @param steps of each run
 * @param seeds how many, from 0 on
 * @param command that repeats it
 */
public record ComparisonReport(
    Comparison comparison, String title, int steps, int seeds, String command) {
  private static final String NONE = "–";
  private static final int RIGHT = 20;

  /** Writes {@code comparison.png}, {@code .svg} and {@code .json}. */
  public void write(Path folder) {
    PictureFiles.plot(folder.resolve("comparison"), Picture.of(comparison, title));
    Path file = folder.resolve("comparison.json");
    try {
      JsonFile.write(file, json(folder));
    } catch (IOException e) {
      throw new ConfigException(
          file + " cannot be written: " + IoReason.of(e) + "; name another folder with --out", e);
    }
  }

  private ObjectNode json(Path folder) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("format", "mulan comparison 1").put("command", command).put("title", title);
    json.put("steps", steps).put("seeds", seeds);
    json.putObject("target")
        .put("bits_per_dim", finite(comparison.target()))
        .put("is", comparison.targetIs());
    ArrayNode presets = json.putArray("presets");
    for (ComparedPreset preset : comparison.presets()) {
      ObjectNode node = presets.addObject().put("preset", preset.name());
      put(node, "bits_per_dim", preset.last());
      put(node, "above_first", preset.above(comparison.first()));
      put(node, "steps_to_target", preset.reaches(comparison.target(), Moment::step));
      put(node, "seconds_to_target", preset.reaches(comparison.target(), Moment::seconds));
      ArrayNode runs = node.putArray("runs");
      preset.runs().forEach(run -> add(runs, run, folder));
    }
    json.putPOJO("versions", Version.all());
    return json;
  }

  private static void add(ArrayNode runs, ComparedPreset.Run run, Path folder) {
    ObjectNode node = runs.addObject();
    node.put("run", folder.relativize(run.folder()).toString());
    node.put("seed", run.seed());
    node.put("state", Text.name(run.state()));
    if (!run.message().isEmpty()) {
      node.put("message", run.message());
    }
    node.putPOJO("steps", run.curve().steps());
    node.putPOJO("seconds", run.curve().seconds());
    node.putPOJO("bits_per_dim", run.curve().values());
  }

  private static void put(ObjectNode node, String name, ComparedPreset.Spread spread) {
    node.putObject(name)
        .put("mean", finite(spread.mean()))
        .put("standard_deviation", finite(spread.deviation()))
        .put("standard_error", finite(spread.standardError()))
        .put("seeds", spread.count());
  }

  /** JSON has no other numbers. */
  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** For stdout. */
  public String text() {
    List<ComparedPreset> presets = comparison.presets();
    int left = presets.stream().mapToInt(p -> p.name().length()).max().orElse(0) + 2;
    StringBuilder text = new StringBuilder("\n" + title + "\n\n");
    text.append(row(left, "", "bits/dim", "more than", "steps to reach", "seconds to reach"));
    String target = number(comparison.target(), "%.4f");
    text.append(row(left, "", "", comparison.first().name(), target, target));
    for (ComparedPreset preset : presets) {
      ComparedPreset.Spread above =
          preset.equals(comparison.first())
              ? ComparedPreset.Spread.of()
              : preset.above(comparison.first());
      text.append(
          row(
              left,
              preset.name(),
              figure(preset.last(), preset.last().deviation(), "%.4f", seeds),
              figure(above, above.standardError(), "%+.4f", seeds),
              reaches(preset, Moment::step, "%.0f"),
              reaches(preset, Moment::seconds, "%.1f")));
    }
    text.append("\nbits/dim, steps and seconds: mean ± standard deviation over ");
    text.append(seeds == 1 ? "one seed" : seeds + " seeds");
    text.append("; more than ").append(comparison.first().name());
    text.append(": mean ± standard error over the seeds' pairs\n");
    if (Double.isFinite(comparison.target())) {
      text.append(target).append(" bits/dim: ").append(comparison.targetIs()).append('\n');
    }
    comparison.runs().stream()
        .filter(r -> !r.finished())
        .forEach(r -> text.append(open(r)).append('\n'));
    return text.toString();
  }

  private static String open(ComparedPreset.Run run) {
    String what = run.folder() + " is not finished";
    if (!run.message().isEmpty()) {
      what = run.folder() + ": " + run.message();
    }
    return what;
  }

  private String reaches(ComparedPreset preset, ToDoubleFunction<Moment> part, String format) {
    ComparedPreset.Spread when = preset.reaches(comparison.target(), part);
    // The mean of those that did would be that of the fast ones.
    return when.count() < seeds && when.count() > 0
        ? "in %d of %d seeds".formatted(when.count(), seeds)
        : figure(when, when.deviation(), format, seeds);
  }

  /** A mean with what it is uncertain by, and of how many seeds, if not of all. */
  private static String figure(
      ComparedPreset.Spread spread, double error, String format, int seeds) {
    if (spread.count() == 0) {
      return NONE;
    }
    String figure = number(spread.mean(), format);
    if (Double.isFinite(error)) {
      figure += " ± " + number(error, format.replace("+", ""));
    }
    return spread.count() == seeds
        ? figure
        : figure + " (%d of %d)".formatted(spread.count(), seeds);
  }

  private static String number(double value, String format) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : NONE;
  }

  private static String row(int left, String name, String... cells) {
    StringBuilder row = new StringBuilder(name + " ".repeat(left - name.length()));
    for (String cell : cells) {
      row.append(cell).append(" ".repeat(Math.max(2, RIGHT - cell.length())));
    }
    return row.toString().stripTrailing() + "\n";
  }

  /**
   * The curves of a comparison against steps and against seconds: of each preset the mean of its
   * finished runs in a band of one standard deviation over seeds, and each run that is not
   * finished, up to a mark where it ended.
   */
  static final class Picture {
    private static final int WIDTH = 680;
    private static final int HEIGHT = 420;

    /** Before this part of the steps all curves fall from far above: it would flatten the rest. */
    private static final double FALL = 0.1;

    private Picture() {}

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
      for (ComparedPreset.Run run : comparison.runs()) {
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
          comparison.runs().stream()
              .map(ComparedPreset.Run::curve)
              .filter(c -> c.size() > 0)
              .toList();
      double steps =
          curves.stream().flatMapToDouble(c -> DoubleStream.of(c.steps())).max().orElse(0);
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
}
