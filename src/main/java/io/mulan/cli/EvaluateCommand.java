package io.mulan.cli;

import io.mulan.cluster.WorkerGroup;
import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.run.Evaluation;
import io.mulan.run.EvaluationReport;
import io.mulan.run.LikelihoodMethod;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.Options;

/** {@code mulan evaluate}: the likelihood of images under a trained model. */
final class EvaluateCommand implements Command {
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
          mulan evaluate runs/a --images DIR --class 3             of one class, for a conditional model
          mulan launch --processes 4 -- evaluate runs/a            in four processes
        """;
  }

  @Override
  public Options options() {
    return ClusterOptions.add(
        EvaluationOptions.of(TrainedOptions.add(ImageChoice.options(new Options()))));
  }

  @Override
  public int run(Arguments given) {
    LikelihoodMethod method = EvaluationOptions.read(given);
    try (TrainedRun run = TrainedOptions.read(given)) {
      return evaluate(given, run, method);
    }
  }

  private static int evaluate(Arguments given, TrainedRun run, LikelihoodMethod method) {
    Terminal terminal = given.terminal();
    Evaluation evaluation = new Evaluation(run, ImageChoice.read(given, run), method);
    WorkerGroup group =
        ClusterOptions.group(
            given,
            evaluation.facts(),
            "start all again with the same commands: what is measured is kept");
    return group.work(
        () -> {
          try {
            evaluation
                .measure(group.workers(), terminal)
                .ifPresent(report -> print(given, report, evaluation.files()));
            return ExitCode.OK;
          } catch (Stopped e) {
            return ExitCode.INTERRUPTED;
          }
        });
  }

  private static void print(Arguments given, EvaluationReport report, Path files) {
    if (given.has("json")) {
      report.write(given.path("json"));
    }
    given.out().print(report.text());
    given.out().println("files: " + files + ".{csv,npz,json}");
  }
}
