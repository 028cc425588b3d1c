package io.mulan.export;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** What the network makes of a noisy signal, for samplers of one's own. */
final class Denoise {
  static final String NAME = "denoise";

  private Denoise() {}

  static ModelSignature build(Served served) {
    CheckedInputs inputs = served.inputs(NAME);
    Operand<TFloat32> z = inputs.pixels("z", "noisy signal α f + σ ε, with f from -1 to 1");
    Operand<TFloat64> t = served.column(inputs.times("t of each row, from 0 (image) to 1 (noise)"));
    Operand<TFloat32> latents =
        inputs.floats("latents", "c of each row", served.model().latentSize());
    DiffusionModel conditioned = served.conditioned(inputs);
    ReverseProcess<TFloat32> process =
        conditioned.reverse(
            served.m(), served.weights(), conditioned.withConditions(served.m(), latents));
    ReverseProcess.Denoised denoised = process.denoise(served.m().doubles().cast(z), t);
    return inputs.signature(
        "what the network makes of a noisy signal",
        List.of(
            served.rounded("x_hat", "the signal", denoised.signal()),
            served.rounded("epsilon_hat", "the noise", denoised.noise()),
            served.rounded("v_hat", "α ε̂ - σ x̂", denoised.velocity()),
            served.rounded(
                "gamma", "γ of each pixel: α² = sigmoid(-γ), σ² = sigmoid(γ)", process.gamma(t))));
  }
}
