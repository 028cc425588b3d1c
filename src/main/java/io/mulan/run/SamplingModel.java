package io.mulan.run;

import io.mulan.flow.FlowGraph;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.sampling.EncodingGraph;
import io.mulan.sampling.Encodings;
import io.mulan.sampling.FlowCodec;
import io.mulan.sampling.ImageSampler;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import io.mulan.training.TrainedModel;
import java.util.function.BooleanSupplier;

/** A trained model that draws, encodes and follows the flow. */
public final class SamplingModel implements AutoCloseable {
  private final TrainedModel<Parts> model;
  private final ImageSampler sampler;
  private final Encodings encodings;

  /** Everything that a command may ask of it. */
  private record Parts(SamplingGraph sampling, FlowGraph flow, EncodingGraph encoding) {}

  private SamplingModel(TrainedModel<Parts> model, long seed, boolean clip) {
    this.model = model;
    this.sampler = new ImageSampler(model.session(), model.parts().sampling(), seed, clip);
    this.encodings = new Encodings(model.session(), model.parts().encoding());
  }

  /** Opens a model that draws as a plan says. */
  public static SamplingModel open(TrainedRun run, SamplingPlan plan) {
    return open(run, plan.sampler()).drawing(plan);
  }

  /** Opens a model with this sampler, seed 0. */
  public static SamplingModel open(TrainedRun run, Sampler sampler) {
    return new SamplingModel(
        run.open(
            (m, diffusion, weights) ->
                new Parts(
                    SamplingGraph.build(m, diffusion, weights, sampler),
                    FlowGraph.build(m, diffusion, weights),
                    EncodingGraph.build(m, diffusion, weights))),
        0,
        false);
  }

  /** The same model, which draws as a plan of its sampler says. */
  public SamplingModel drawing(SamplingPlan plan) {
    return new SamplingModel(model, plan.seed(), plan.clip());
  }

  public ImageSampler sampler() {
    return sampler;
  }

  public Encodings encodings() {
    return encodings;
  }

  public FlowSolver solver(Tolerance tolerance, BooleanSupplier stopAsked) {
    return new FlowSolver(model.session(), model.parts().flow(), tolerance, stopAsked);
  }

  /** Images to noise along the probability flow, and back. */
  public FlowCodec codec(Tolerance tolerance, BooleanSupplier stopAsked) {
    return new FlowCodec(encodings, solver(tolerance, stopAsked));
  }

  @Override
  public void close() {
    model.close();
  }
}
