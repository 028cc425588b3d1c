package io.mulan.report;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.config.RunConfig.Difference;
import io.mulan.console.Text;
import io.mulan.console.Version;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.drawing.HtmlPage;
import io.mulan.drawing.HtmlPage.Figure;
import io.mulan.drawing.ImageGrid;
import io.mulan.files.ConfigException;
import io.mulan.run.ReproduceCommand;
import io.mulan.run.RunOutcome;
import io.mulan.run.TrainedRun;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** A report on runs: what was done, what came out, and how to do it again. */
final class ReportPage {
  private static final Logger LOG = LogManager.getLogger(ReportPage.class);

  /** Of the data, to be seen. */
  private static final int EXAMPLES = 16;

  private final List<ReportedRun> runs;
  private final HtmlPage page;

  private ReportPage(List<ReportedRun> runs) {
    this.runs = runs;
    this.page = new HtmlPage(title(runs), lead(runs));
  }

  /**
   * The page.
   *
   * @param samples images that the models drew
   * @param schedules what the models' noise is
   */
  static HtmlPage of(List<ReportedRun> runs, List<Figure> samples, List<Figure> schedules) {
    ReportPage report = new ReportPage(runs);
    report.trained();
    report.settings();
    report.pictures(
        "curves", "Curves", ReportCurves.of(runs), "Nothing was measured while training.");
    report.likelihoods();
    report.pictures(
        "samples",
        "Samples",
        samples,
        "None were drawn: mulan report --samples N draws some where there are weights.");
    report.pictures(
        "schedules",
        "Schedules",
        schedules,
        "None were drawn: mulan report --images N draws those of runs that have weights and data.");
    report.provenance();
    report.repetition();
    return report.page;
  }

  private static String title(List<ReportedRun> runs) {
    return runs.size() == 1 ? runs.get(0).name() : runs.size() + " runs side by side";
  }

  private static String lead(List<ReportedRun> runs) {
    ReportedRun run = runs.get(0);
    if (runs.size() > 1) {
      return String.join(", ", runs.stream().map(ReportedRun::name).toList()) + ".";
    }
    return LikelihoodTable.last(run)
        .map(l -> l.figure() + " bits/dim on " + l.images() + " after " + l.step() + " steps.")
        .orElse("A run that has not measured the likelihood of test images.");
  }

  private void trained() {
    page.section("trained", "What was trained");
    runs.forEach(this::notice);
    Map<String, Function<ReportedRun, String>> rows = new LinkedHashMap<>();
    rows.put("data", run -> data(run.config().data()));
    rows.put("schedule", run -> run.config().schedule().kind().toString().toLowerCase(Locale.ROOT));
    rows.put("latent", run -> latent(run.config()));
    rows.put("network", run -> network(run.config()));
    weightParts()
        .forEach(
            part ->
                rows.put(
                    "weights: " + part,
                    run ->
                        run.weights().containsKey(part)
                            ? Text.count(run.weights().get(part))
                            : "–"));
    rows.put("steps", ReportPage::steps);
    rows.put("batch", run -> Text.count(run.config().training().batch()));
    rows.put("time", run -> run.result().map(r -> Text.duration(r.seconds())).orElse("–"));
    table("Data, model and training", rows);
    examples();
  }

  private static String steps(ReportedRun run) {
    String steps = Text.count(run.config().training().steps());
    String done = Text.count(run.end().step());
    return switch (run.end().state()) {
      case FINISHED -> steps;
      case DIVERGED -> done + " of " + steps + ", diverged";
      case INTERRUPTED -> done + " of " + steps + ", interrupted";
      case TRAINING -> done + " of " + steps + ", not finished";
      case IMPORTED -> done + ", imported";
    };
  }

  private void notice(ReportedRun run) {
    RunOutcome end = run.end();
    String at = run.name() + ": " + Text.count(end.step()) + " of ";
    at += Text.count(run.config().training().steps()) + " steps. ";
    String resume =
        ReproduceCommand.line(List.of("mulan", "train", "--resume", run.path().toString()));
    switch (end.state()) {
      case FINISHED -> {}
      case DIVERGED ->
          page.notice(
              at + "Training diverged: " + end.reason() + ". Below is what was measured before.");
      case INTERRUPTED -> page.notice(at + "Interrupted and saved; to resume: " + resume);
      case TRAINING ->
          page.notice(at + "It is still training, or was ended from outside; to resume: " + resume);
      case IMPORTED ->
          page.notice(
              run.name() + ": the weights were imported at step " + end.step() + ": no curves.");
    }
  }

  private Set<String> weightParts() {
    Set<String> parts = new LinkedHashSet<>();
    runs.forEach(run -> parts.addAll(run.weights().keySet()));
    return parts;
  }

  private static String data(DataConfig data) {
    String where = data.path().isEmpty() ? "" : "\n" + data.path();
    return data.kind().toString().toLowerCase(Locale.ROOT) + where;
  }

  private static String latent(RunConfig config) {
    String kind = config.latent().kind().toString().toLowerCase(Locale.ROOT).replace('_', '-');
    return kind.equals("none") ? kind : kind + " of " + config.latent().size();
  }

  private static String network(RunConfig config) {
    return "U-Net, %d channels, %d layers"
        .formatted(config.network().channels(), config.network().layers());
  }

  /** Some images of each data set that is there. */
  private void examples() {
    Map<DataConfig, ReportedRun> sets = new LinkedHashMap<>();
    runs.forEach(run -> sets.putIfAbsent(run.config().data(), run));
    List<Figure> figures = new ArrayList<>();
    for (DataConfig config : sets.keySet()) {
      try {
        Dataset data = Datasets.open(config);
        if (ImageGrid.shows(data.test().shape())) {
          figures.add(examples(data));
        }
      } catch (ConfigException e) {
        LOG.warn("the report shows no images of the data: {}", e.getMessage());
        page.text("The images are not where they were: " + data(config).replace('\n', ' ') + ".");
      }
    }
    page.figures(figures);
  }

  private static Figure examples(Dataset data) {
    ImageShape shape = data.test().shape();
    return Figure.of(
        ImageGrid.of(data.test().first(Math.min(EXAMPLES, data.test().count()))),
        "Test images of " + data.name(),
        "The first test images of %s. %s training and %s test images of %d × %d × %d with %d levels. %s"
            .formatted(
                data.name(),
                Text.count(data.train().count()),
                Text.count(data.test().count()),
                shape.height(),
                shape.width(),
                shape.channels(),
                data.test().levels(),
                data.licence()));
  }

  /** Those in which runs differ from each other or from the preset nearest to the first. */
  private void settings() {
    String preset = ReproduceCommand.preset(runs.get(0).config());
    RunConfig base = ReproduceCommand.read(preset);
    Map<String, String> standard = new LinkedHashMap<>();
    for (ReportedRun run : runs) {
      RunConfig.differences(base, run.config()).forEach(d -> standard.put(d.key(), d.left()));
    }
    page.section("settings", "Settings");
    if (standard.isEmpty()) {
      page.text("All are those of the preset " + preset + ".");
    } else {
      List<List<String>> rows = new ArrayList<>();
      standard.forEach(
          (key, value) -> {
            List<String> row = new ArrayList<>(List.of(key, value));
            runs.forEach(run -> row.add(value(base, run.config(), key, value)));
            rows.add(row);
          });
      page.table(
          "Settings that differ from the preset " + preset, head("", "preset " + preset), rows);
    }
    runs.forEach(
        run -> page.folded("All settings of " + run.name(), run.config().toYaml().strip()));
  }

  private static String value(RunConfig base, RunConfig config, String key, String standard) {
    return RunConfig.differences(base, config).stream()
        .filter(d -> d.key().equals(key))
        .map(Difference::right)
        .findFirst()
        .orElse(standard);
  }

  private void likelihoods() {
    page.section("likelihoods", "Likelihoods");
    LikelihoodTable.addTo(page, runs);
  }

  /** A section of pictures. */
  private void pictures(String id, String heading, List<Figure> figures, String none) {
    page.section(id, heading);
    if (figures.isEmpty()) {
      page.text(none);
    } else {
      page.figures(figures);
    }
  }

  private void provenance() {
    page.section("provenance", "Provenance");
    Map<String, Function<ReportedRun, String>> rows = new LinkedHashMap<>();
    rows.put("run folder", run -> run.path().toString());
    rows.put("seed", run -> "" + run.config().training().seed());
    rows.put("newest weights, step", run -> run.trained().map(t -> "" + t.step()).orElse("–"));
    rows.put("their fingerprint", run -> run.trained().map(TrainedRun::fingerprint).orElse("–"));
    runs.stream()
        .map(run -> run.result().map(r -> r.versions().keySet()).orElse(Set.of()))
        .flatMap(Collection::stream)
        .distinct()
        .forEach(
            name ->
                rows.put(
                    "trained with " + name,
                    run -> run.result().map(r -> r.versions().get(name)).orElse("–")));
    Version.all().forEach((name, version) -> rows.put("report by " + name, run -> version));
    table("What it was made with", rows);
    page.text(
        "The fingerprint is a checksum of the checkpoint's index, which holds the checksum of every"
            + " weight.");
  }

  private void repetition() {
    page.section("repeat", "How to repeat it");
    page.text(
        "Weights, batches and noise follow from the seed, so these commands repeat the run on the"
            + " same machine and versions; on others up to rounding.");
    for (ReportedRun run : runs) {
      List<String> lines = new ArrayList<>();
      lines.add(ReproduceCommand.train(run.path(), run.config()));
      run.evaluations().forEach(e -> lines.add(ReproduceCommand.evaluate(run.path(), e)));
      lines.add(ReproduceCommand.line(List.of("mulan", "report", run.path().toString())));
      page.code(String.join("\n", lines));
    }
  }

  /** A column for each run. */
  private void table(String caption, Map<String, Function<ReportedRun, String>> rows) {
    page.table(
        caption,
        head(""),
        rows.entrySet().stream()
            .map(
                row -> {
                  List<String> cells = new ArrayList<>(List.of(row.getKey()));
                  runs.forEach(run -> cells.add(row.getValue().apply(run)));
                  return cells;
                })
            .<List<String>>map(List::copyOf)
            .toList());
  }

  private List<String> head(String... first) {
    List<String> head = new ArrayList<>(List.of(first));
    runs.forEach(run -> head.add(run.name()));
    return head;
  }
}
