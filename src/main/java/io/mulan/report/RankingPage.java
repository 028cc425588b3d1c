package io.mulan.report;

import io.mulan.console.Text;
import io.mulan.drawing.Chart;
import io.mulan.drawing.HtmlPage;
import io.mulan.drawing.HtmlPage.Figure;
import io.mulan.drawing.ImageGrid;
import io.mulan.results.ImageRanking;
import io.mulan.results.ImageRanking.Score;
import io.mulan.results.ImageRanking.Scored;
import io.mulan.run.ReproduceCommand;
import io.mulan.run.TrainedRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Ranked images: the extremes, and where they lie among test images. */
public final class RankingPage {
  /** Images of each extreme. */
  private static final int SHOWN = 16;

  private static final int BINS = 40;
  private static final int WIDTH = 440;
  private static final int HEIGHT = 330;

  private final ImageRanking ranking;
  private final Scored images;
  private final HtmlPage page;

  private RankingPage(ImageRanking ranking, TrainedRun run) {
    this.ranking = ranking;
    this.images = ranking.images();
    this.page =
        new HtmlPage(
            "Images ranked by " + run.results().getFileName(),
            "%s bits/dim on %s%s."
                .formatted(
                    images.report().total().text(),
                    images.report().images(),
                    ranking
                        .test()
                        .map(t -> "; " + t.report().total().text() + " on " + t.report().images())
                        .orElse("")));
  }

  /** The page. */
  public static HtmlPage of(ImageRanking ranking, TrainedRun run) {
    RankingPage made = new RankingPage(ranking, run);
    made.histograms();
    for (Score score : made.images.scores().keySet()) {
      made.extremes(score);
    }
    made.how(run);
    return made.page;
  }

  private void histograms() {
    page.section("histograms", "Histograms");
    page.text(
        "A likelihood is high for simple images, whatever they show: an image that does not belong may take"
            + " few bits because it is plain. Bits/dim less those of independent pixels or of a PNG take that"
            + " out: they say how much better the model knows an image than a coder that has learned nothing"
            + " of its kind. An image stands out where it lies to the right of the test images.");
    page.figures(images.scores().keySet().stream().map(this::histogram).toList());
  }

  private Figure histogram(Score score) {
    double[] own = images.scores().get(score);
    double[] others = ranking.test().map(t -> t.scores().get(score)).orElse(new double[0]);
    double low = both(own, others).min().orElseThrow();
    double high = both(own, others).max().orElseThrow();
    double width = Math.max(high - low, 1e-6) / BINS;
    double[] edges = IntStream.rangeClosed(0, BINS).mapToDouble(i -> low + i * width).toArray();
    edges[BINS] = Math.max(edges[BINS], high);
    Chart chart =
        new Chart("", score.description(), "share of the images", WIDTH, HEIGHT).legendBelow();
    chart.shares("images", own, edges);
    if (others.length > 0) {
      chart.shares("test images", others, edges);
    }
    return Figure.of(chart, upper(score.description()) + ".");
  }

  private static DoubleStream both(double[] own, double[] others) {
    return DoubleStream.concat(Arrays.stream(own), Arrays.stream(others));
  }

  private void extremes(Score score) {
    page.section(Text.name(score), upper(score.description()));
    int[] order = images.order(score);
    int shown = Math.min(SHOWN, order.length);
    int[] highest = Arrays.copyOf(order, shown);
    int[] lowest = IntStream.range(0, shown).map(i -> order[order.length - 1 - i]).toArray();
    if (ImageGrid.shows(images.images().shape())) {
      page.figures(
          List.of(figure(highest, "The highest", score), figure(lowest, "The lowest", score)));
    }
    table(score, "The highest " + score.description() + ", row by row", highest);
  }

  private Figure figure(int[] chosen, String which, Score score) {
    return Figure.of(
        ImageGrid.of(images.images().chosen(chosen)),
        which + " " + score.description(),
        which + " " + score.description() + ", row by row.");
  }

  private void table(Score score, String caption, int[] chosen) {
    List<String> head = new ArrayList<>(List.of("image"));
    images.scores().keySet().forEach(s -> head.add(s.brief()));
    if (ranking.test().isPresent()) {
      head.add("test images below, %");
    }
    List<List<String>> rows = new ArrayList<>();
    for (int image : chosen) {
      List<String> row = new ArrayList<>(List.of(ranking.name(image)));
      images.scores().values().forEach(v -> row.add(number(v[image])));
      if (ranking.test().isPresent()) {
        row.add(String.format(Locale.ROOT, "%.1f", 100 * ranking.testBelow(score, image)));
      }
      rows.add(row);
    }
    page.table(caption, head, rows);
  }

  private void how(TrainedRun run) {
    page.section("how", "How it was measured");
    page.text(
        "%s: weights of step %s, %s."
            .formatted(run.path(), Text.count(run.step()), images.report().how()));
    page.code(
        ReproduceCommand.evaluate(run.path(), images.report())
            + ranking.test().map(t -> " --rank " + t.images().count()).orElse(" --rank 0"));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String upper(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
