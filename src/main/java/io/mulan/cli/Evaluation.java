package io.mulan.cli;

import io.mulan.config.LatentConfig;
import io.mulan.config.RunConfig;
import io.mulan.console.Interruption;
import io.mulan.console.Numbers;
import io.mulan.console.Stopped;
import io.mulan.console.Version;
import io.mulan.data.ImageSet;
import io.mulan.flow.FlowSolver;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.BoundMeasurement;
import io.mulan.likelihood.Dequantisation;
import io.mulan.likelihood.Estimate;
import io.mulan.likelihood.ExactEstimator;
import io.mulan.likelihood.ExactGraph;
import io.mulan.likelihood.LatentUse;
import io.mulan.likelihood.Measurement;
import io.mulan.likelihood.TrajectoryEstimator;
import io.mulan.likelihood.TrajectoryGraph;
import io.mulan.run.PerImageTable;
import io.mulan.run.TrainingReport;
import io.mulan.training.TrainedModel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A model that is asked for likelihoods in one way. */
final class Evaluation implements AutoCloseable {
  /** Images whose paths are solved a second time. */
  private static final int SOLVER_CHECK = 16;

  private final TrainedModel<?> model;
  private final Measurement measurement;
  private final String how;

  private Evaluation(TrainedModel<?> model, Measurement measurement, String how) {
    this.model = model;
    this.measurement = measurement;
    this.how = how;
  }

  static Evaluation open(
      EvaluationOptions options, TrainedRun run, ImageSet images, Interruption interruption) {
    return switch (options.way()) {
      case EXACT -> exact(options, run, images, interruption::asked);
      case BOUND ->
          options.importance() > 0 ? importance(options, run, images) : bound(options, run, images);
    };
  }

  private static Evaluation bound(EvaluationOptions o, TrainedRun run, ImageSet images) {
    TrainedModel<BoundGraph> model = run.open(BoundGraph::build);
    BoundMeasurement measurement =
        new BoundMeasurement(
            model.session(), model.parts(), o.batch(run.config()), o.times(), o.seed(), images);
    String how =
        TrainingReport.bound(run.config())
            + "; "
            + o.times()
            + " stratified times for each image"
            + TrainingReport.caveat(run.config());
    return new Evaluation(model, measurement, how);
  }

  private static Evaluation importance(EvaluationOptions o, TrainedRun run, ImageSet images) {
    TrainedModel<TrajectoryGraph> model = run.open(TrajectoryGraph::build);
    TrajectoryEstimator measurement =
        new TrajectoryEstimator(
            model.session(),
            model.parts(),
            new TrajectoryEstimator.Options(
                o.batch(run.config()), o.steps(), o.importance(), o.seed()),
            images);
    String how =
        "importance-weighted bound of the chain of "
            + o.steps()
            + " steps with averaged weights; "
            + o.importance()
            + " trajectories of latent and noise for each image"
            + TrainingReport.caveat(run.config());
    return new Evaluation(model, measurement, how);
  }

  private static Evaluation exact(
      EvaluationOptions o, TrainedRun run, ImageSet images, BooleanSupplier stopAsked) {
    Dequantisation noise = o.dequantisation(run.config());
    TrainedModel<ExactGraph> model =
        run.open(
            (m, diffusion, weights) ->
                ExactGraph.build(m, diffusion, weights, noise, o.probe(), o.published()));
    ExactEstimator.Options options =
        new ExactEstimator.Options(
            o.batch(run.config()), o.samples(), o.seed(), o.published(), o.published());
    FlowSolver solver =
        new FlowSolver(model.session(), model.parts().flow(), o.tolerance(), stopAsked);
    ExactEstimator measurement =
        new ExactEstimator(model.session(), model.parts(), solver, options, images);
    return new Evaluation(model, measurement, how(o, run.config(), noise));
  }

  private static String how(EvaluationOptions o, RunConfig config, Dequantisation noise) {
    boolean latent = config.latent().kind() != LatentConfig.Kind.NONE;
    StringBuilder how = new StringBuilder();
    if (o.published()) {
      how.append("AS PUBLISHED, to be compared with that code alone: ");
    }
    how.append("log-likelihood by the probability flow with averaged weights, Dormand-Prince 5(4)");
    how.append(", rtol ").append(Numbers.plain(o.tolerance().relative()));
    how.append(", atol ").append(Numbers.plain(o.tolerance().absolute()));
    how.append("; Hutchinson's estimate of the divergence, ");
    how.append(o.published() ? "another " : "one ").append(OptionValues.name(o.probe()));
    how.append(o.published() ? " probe at every evaluation; " : " probe for each image; ");
    how.append(noise.description()).append("; ");
    how.append(o.samples() == 1 ? "one sample" : o.samples() + " importance samples");
    how.append(latent ? " of latent and dequantisation" : " of dequantisation");
    if (!latent) {
      how.append(": exact for each, a bound over them");
    } else if (o.published()) {
      how.append("; the latent is the most likely one, and costs the KL of one categorical");
      how.append(" variable: not a bound");
    } else {
      how.append(
          "; the latent drawn from q(c|x) and paid for: exact given both, a bound over them");
    }
    if (o.published() && o.samples() > 1) {
      how.append(" (the divergence's noise makes weighted figures too good)");
    }
    return how.toString();
  }

  Measurement measurement() {
    return measurement;
  }

  /**
   * What the table says of its first images.
   *
   * @throws Stopped if that was asked for
   */
  EvaluationReport report(
      TrainedRun run,
      ImageChoice choice,
      Map<String, Object> settings,
      PerImageTable table,
      int count,
      Interruption interruption) {
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
      latent = bound.latentUse(terms.get("latent").bitsPerDim() * bits, interruption::stopIfAsked);
    }
    return new EvaluationReport(
        OptionValues.name(
            measurement instanceof ExactEstimator
                ? EvaluationOptions.Method.EXACT
                : EvaluationOptions.Method.BOUND),
        how,
        choice.description(),
        count,
        run.step(),
        run.fingerprint(),
        settings,
        terms,
        Estimate.of(table.column("total", count), dimensions),
        evaluations,
        solver,
        latent,
        seconds,
        seconds / count,
        Version.all());
  }

  @Override
  public void close() {
    model.close();
  }
}
