package io.mulan.likelihood;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.flow.FlowGraph;
import io.mulan.flow.Probe;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import org.tensorflow.types.TFloat32;

/** What the exact likelihood is computed with: where each path begins, and the flow along it. */
public record ExactGraph(DequantisedStart start, FlowGraph flow) {

  /**
   * Adds it to a graph.
   *
   * @param mostLikelyLatent c is the most likely one instead of a draw, as published
   */
  public static ExactGraph build(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      Dequantisation dequantisation,
      Probe probe,
      boolean mostLikelyLatent) {
    return new ExactGraph(
        DequantisedStart.build(m.in("start"), model, weights, dequantisation, mostLikelyLatent),
        FlowGraph.build(m.in("flow"), model, weights).withDivergence(m.in("flow"), probe));
  }
}
