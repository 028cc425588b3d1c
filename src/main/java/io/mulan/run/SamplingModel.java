package io.mulan.run;

import io.mulan.flow.FlowGraph;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.sampling.EncodingGraph;
import io.mulan.sampling.Encodings;
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

  private SamplingModel(TrainedModel<Parts> model, long seed) {
    this.model = model;
    this.sampler = new ImageSampler(model.session(), model.parts().sampling(), seed);
    this.encodings = new Encodings(model.session(), model.parts().encoding());
  }

  public static SamplingModel open(TrainedRun run, Sampler sampler, long seed) {
    return new SamplingModel(
        run.open(
            (m, diffusion, weights) ->
                new Parts(
                    SamplingGraph.build(m, diffusion, weights, sampler),
                    FlowGraph.build(m, diffusion, weights),
                    EncodingGraph.build(m, diffusion, weights))),
        seed);
  }

  /** The same model, whose draws have another seed. */
  SamplingModel seeded(long seed) {
    return new SamplingModel(model, seed);
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

  @Override
  public void close() {
    model.close();
  }
}
