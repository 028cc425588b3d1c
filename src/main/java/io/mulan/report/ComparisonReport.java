package io.mulan.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.console.Text;
import io.mulan.console.Version;
import io.mulan.drawing.PictureFiles;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.training.Metrics.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

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
    PictureFiles.plot(folder.resolve("comparison"), ComparisonPicture.of(comparison, title));
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

  private static void add(ArrayNode runs, ComparedRun run, Path folder) {
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

  private static void put(ObjectNode node, String name, Spread spread) {
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
      Spread above =
          preset.equals(comparison.first()) ? Spread.of() : preset.above(comparison.first());
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

  private static String open(ComparedRun run) {
    String what = run.folder() + " is not finished";
    if (!run.message().isEmpty()) {
      what = run.folder() + ": " + run.message();
    }
    return what;
  }

  private String reaches(ComparedPreset preset, ToDoubleFunction<Moment> part, String format) {
    Spread when = preset.reaches(comparison.target(), part);
    // The mean of those that did would be that of the fast ones.
    return when.count() < seeds && when.count() > 0
        ? "in %d of %d seeds".formatted(when.count(), seeds)
        : figure(when, when.deviation(), format, seeds);
  }

  /** A mean with what it is uncertain by, and of how many seeds, if not of all. */
  private static String figure(Spread spread, double error, String format, int seeds) {
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
}
