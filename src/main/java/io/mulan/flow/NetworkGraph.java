package io.mulan.flow;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The score network alone and its vector-Jacobian product: the least that a step of a sampler, and
 * an evaluation of the flow with its divergence, can cost.
 *
 * @param z [B,H,W,C]
 * @param gamma [B,1,1,1]
 * @param conditioning [B,m+k]
 * @param output [B,H,W,C]
 * @param product of ones and the Jacobian by z [B,H,W,C]
 */
public record NetworkGraph(
    Operand<TFloat32> z,
    Operand<TFloat64> gamma,
    Operand<TFloat32> conditioning,
    Operand<TFloat32> output,
    Operand<TFloat32> product) {

  /** Adds it to a graph. */
  public static NetworkGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights) {
    Ops tf = m.ops();
    ImageShape shape = model.image();
    Operand<TFloat32> z =
        Inputs.of(tf, "z", TFloat32.class, -1, shape.height(), shape.width(), shape.channels());
    Operand<TFloat64> gamma = Inputs.of(tf, "gamma", TFloat64.class, -1, 1, 1, 1);
    Operand<TFloat32> c =
        Inputs.of(tf, "conditioning", TFloat32.class, -1, model.withConditionsSize());
    Net<TFloat32> net = new Net<>(m, weights, Dropout.none(), "");
    Operand<TFloat32> output = model.denoiser().output(net, z, gamma, c);
    Operand<TFloat32> ones = m.add(tf.zerosLike(output), 1);
    return new NetworkGraph(z, gamma, c, output, Gradients.of(m, output, ones, List.of(z)).get(0));
  }
}
