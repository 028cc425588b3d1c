package io.mulan.run;

import io.mulan.config.LatentConfig;
import io.mulan.config.RunConfig;
import io.mulan.console.Text;
import io.mulan.data.ImageSet;
import io.mulan.flow.FlowSolver;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.BoundMeasurement;
import io.mulan.likelihood.Dequantisation;
import io.mulan.likelihood.ExactEstimator;
import io.mulan.likelihood.ExactGraph;
import io.mulan.likelihood.Measurement;
import io.mulan.likelihood.TrajectoryEstimator;
import io.mulan.likelihood.TrajectoryGraph;
import io.mulan.training.TrainedModel;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A trained model that measures the likelihood of images by one method. */
final class LikelihoodModel implements AutoCloseable {
  private final TrainedModel<?> model;
  private final Function<ImageSet, Measurement> measurement;
  private final String how;

  private LikelihoodModel(
      TrainedModel<?> model, Function<ImageSet, Measurement> measurement, String how) {
    this.model = model;
    this.measurement = measurement;
    this.how = how;
  }

  /**
   * Builds the model.
   *
   * @param run prepared for the method
   * @param stopAsked looked at while paths of the probability flow are solved
   */
  static LikelihoodModel open(TrainedRun run, LikelihoodMethod method, BooleanSupplier stopAsked) {
    if (method instanceof LikelihoodMethod.Exact exact) {
      return exact(exact, run, stopAsked);
    }
    return method instanceof LikelihoodMethod.Importance importance
        ? importance(importance, run)
        : bound((LikelihoodMethod.Bound) method, run);
  }

  /** The likelihood of these images. */
  Measurement of(ImageSet images) {
    return measurement.apply(images);
  }

  /** How it is computed, in words. */
  String how() {
    return how;
  }

  @Override
  public void close() {
    model.close();
  }

  private static LikelihoodModel bound(LikelihoodMethod.Bound o, TrainedRun run) {
    TrainedModel<BoundGraph> model = run.open(BoundGraph::build);
    int batch = o.batch(run.config());
    String how =
        TrainingReport.bound(run.config())
            + "; "
            + o.times()
            + " stratified times for each image"
            + TrainingReport.caveat(run.config());
    return new LikelihoodModel(
        model,
        images ->
            new BoundMeasurement(
                model.session(), model.parts(), batch, o.times(), o.seed(), images),
        how);
  }

  private static LikelihoodModel importance(LikelihoodMethod.Importance o, TrainedRun run) {
    TrainedModel<TrajectoryGraph> model = run.open(TrajectoryGraph::build);
    TrajectoryEstimator.Options options =
        new TrajectoryEstimator.Options(o.batch(run.config()), o.steps(), o.samples(), o.seed());
    String how =
        "importance-weighted bound of the chain of "
            + o.steps()
            + " steps with averaged weights; "
            + o.samples()
            + " trajectories of latent and noise for each image"
            + TrainingReport.caveat(run.config());
    return new LikelihoodModel(
        model,
        images -> new TrajectoryEstimator(model.session(), model.parts(), options, images),
        how);
  }

  private static LikelihoodModel exact(
      LikelihoodMethod.Exact o, TrainedRun run, BooleanSupplier stopAsked) {
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
    return new LikelihoodModel(
        model,
        images -> new ExactEstimator(model.session(), model.parts(), solver, options, images),
        how(o, run.config(), noise));
  }

  private static String how(LikelihoodMethod.Exact o, RunConfig config, Dequantisation noise) {
    boolean latent = config.latent().kind() != LatentConfig.Kind.NONE;
    StringBuilder how = new StringBuilder();
    if (o.published()) {
      how.append("AS PUBLISHED, to be compared with that code alone: ");
    }
    how.append("log-likelihood by the probability flow with averaged weights, Dormand-Prince 5(4)");
    how.append(", rtol ").append(Text.plain(o.tolerance().relative()));
    how.append(", atol ").append(Text.plain(o.tolerance().absolute()));
    how.append("; Hutchinson's estimate of the divergence, ");
    how.append(o.published() ? "another " : "one ").append(Text.name(o.probe()));
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
}
