package io.mulan.sampling;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The learned noise at a time, for the latents of images or for any others.
 *
 * @param encoding what gives the latents
 * @param time t, from 0 (image) to 1 (noise) (scalar)
 * @param gamma γ(c,t) [B,H,W,C]
 * @param rate dγ/dt [B,H,W,C]
 */
public record ScheduleGraph(
    EncodingGraph encoding,
    Operand<TFloat64> time,
    Operand<TFloat64> gamma,
    Operand<TFloat64> rate) {

  /** Adds it to a graph. */
  public static ScheduleGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights) {
    EncodingGraph encoding = EncodingGraph.build(m, model, weights);
    Operand<TFloat64> time = Inputs.of(m.ops(), "time", TFloat64.class);
    ReverseProcess<TFloat32> process = model.reverse(m, weights, encoding.latent());
    return new ScheduleGraph(encoding, time, process.gamma(time), process.rate(time));
  }
}
