package io.mulan.sampling;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * What the network makes of noisy signals.
 *
 * @param z α f + σ ε, with f from -1 to 1 [B,H,W,C]
 * @param time t, from 0 (image) to 1 (noise) (scalar)
 * @param latents c, with the conditions next to it [B,m+k]
 * @param signal x̂, the estimate of f [B,H,W,C]
 * @param noise ε̂, the estimate of ε [B,H,W,C]
 * @param gamma γ(c,t): α² = sigmoid(-γ), σ² = sigmoid(γ) [B,H,W,C]
 */
public record DenoisingGraph(
    Operand<TFloat64> z,
    Operand<TFloat64> time,
    Operand<TFloat32> latents,
    Operand<TFloat64> signal,
    Operand<TFloat64> noise,
    Operand<TFloat64> gamma) {

  /** Adds it to a graph. */
  public static DenoisingGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights) {
    ImageShape shape = model.image();
    Operand<TFloat64> z = Inputs.of(m.ops(), "z", TFloat64.class, shape.batch(-1));
    Operand<TFloat64> time = Inputs.of(m.ops(), "t", TFloat64.class);
    Operand<TFloat32> latents =
        Inputs.of(m.ops(), "latents", TFloat32.class, -1, model.withConditionsSize());
    ReverseProcess<TFloat32> process = model.reverse(m, weights, latents);
    ReverseProcess.Denoised denoised = process.denoise(z, time);
    return new DenoisingGraph(
        z, time, latents, denoised.signal(), denoised.noise(), process.gamma(time));
  }
}
