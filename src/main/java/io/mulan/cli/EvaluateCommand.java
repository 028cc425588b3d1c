package io.mulan.cli;

import io.mulan.cli.ImageChoice.Split;
import io.mulan.cluster.WorkerGroup;
import io.mulan.cluster.Workers;
import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.ImageFiles;
import io.mulan.data.PixelEntropy;
import io.mulan.drawing.PictureFiles;
import io.mulan.report.RankingPage;
import io.mulan.results.ImageRanking;
import io.mulan.results.ImageRanking.Scored;
import io.mulan.run.ChosenImages;
import io.mulan.run.Evaluation;
import io.mulan.run.EvaluationReport;
import io.mulan.run.LikelihoodMethod;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code mulan evaluate}: the likelihood of images under a trained model. */
final class EvaluateCommand implements ModelCommand {
  private static final String RANK = "rank";

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public String summary() {
    return "measure the likelihood of images under a trained model";
  }

  @Override
  public String examples() {
    return """
          mulan evaluate runs/digits                               the bound, 128 times for each test image
          mulan evaluate runs/digits --method exact                log-likelihood by the probability flow
          mulan evaluate runs/digits --method exact --samples 20   a tighter bound over the latent
          mulan evaluate runs/digits --importance 16 --steps 256   weighted trajectories
          mulan evaluate runs/digits --images DIR --json out.json  your own images, a report
          mulan evaluate runs/digits --images DIR --rank 256       which do not belong, in a page of HTML
          mulan evaluate runs/a --images DIR --class 3             of one class, for a conditional model
          mulan launch --processes 4 -- evaluate runs/a            in four processes
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(ImageChoice::options)
        .with(TrainedOptions::add)
        .with(EvaluationOptions::add)
        .with(ClusterOptions::add)
        .value(
            RANK,
            "N",
            "rank the images in a CSV and a page of HTML, next to N test images (0: none)");
  }

  @Override
  public int run(Arguments given, TrainedRun run) {
    LikelihoodMethod method = EvaluationOptions.read(given);
    Terminal terminal = given.terminal();
    ChosenImages chosen = ImageChoice.read(given, run);
    Evaluation evaluation = new Evaluation(run, chosen, method);
    int rank = given.count(RANK, 0, 0);
    WorkerGroup group =
        ClusterOptions.group(
            given,
            evaluation.facts(),
            "start all again with the same commands: what is measured is kept");
    if (!group.workers().isAlone()) {
      given.refuse(
          RANK, "is for one process: give the same command to it, what is measured is kept");
    }
    return group.work(
        () -> {
          try {
            Optional<EvaluationReport> report = evaluation.measure(group.workers(), terminal);
            report.ifPresent(r -> print(given, r, evaluation.files()));
            if (given.has(RANK)) {
              Optional<PixelEntropy> pixels = run.pixels();
              Scored images = Scored.of(chosen, evaluation, report.orElseThrow(), pixels);
              Optional<Scored> test = test(chosen, run, method, rank, pixels, terminal);
              rank(given, run, images, test, evaluation.files());
            }
            return ExitCode.OK;
          } catch (Stopped e) {
            return ExitCode.INTERRUPTED;
          }
        });
  }

  /** Test images to compare others with, measured alike. */
  private static Optional<Scored> test(
      ChosenImages chosen,
      TrainedRun run,
      LikelihoodMethod method,
      int most,
      Optional<PixelEntropy> pixels,
      Terminal terminal) {
    if (most == 0 || chosen.name().equals(Text.name(Split.TEST))) {
      return Optional.empty();
    }
    ChosenImages test = ImageChoice.ofData(Split.TEST, most, run);
    Evaluation evaluation = new Evaluation(run, test, method);
    return evaluation
        .measure(Workers.alone(), terminal)
        .map(report -> Scored.of(test, evaluation, report, pixels));
  }

  private static void rank(
      Arguments given, TrainedRun run, Scored images, Optional<Scored> test, Path files) {
    List<String> names = given.has("images") ? ImageFiles.names(given.path("images")) : List.of();
    ImageRanking ranking = new ImageRanking(names, images, test);
    ranking.write(Path.of(files + "-ranked.csv"));
    Path page = Path.of(files + "-ranked.html");
    PictureFiles.page(page, RankingPage.of(ranking, run));
    given.out().println("ranked: " + files + "-ranked.{csv,html}");
  }

  private static void print(Arguments given, EvaluationReport report, Path files) {
    if (given.has("json")) {
      report.write(given.path("json"));
    }
    given.out().print(report.text());
    given.out().println("files: " + files + ".{csv,npz,json}");
  }
}
