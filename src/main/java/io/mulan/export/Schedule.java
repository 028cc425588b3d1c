package io.mulan.export;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;

/** The learned noise: γ, ν = exp(-γ) and their derivatives for each pixel. */
final class Schedule {
  static final String NAME = "schedule";
  static final String OF_IMAGES = "schedule_of_images";

  private Schedule() {}

  /** For given latents. */
  static ModelSignature build(Served served) {
    CheckedInputs inputs = served.inputs(NAME);
    Operand<TFloat32> latents =
        inputs.floats("latents", "c of each row", served.model().latentSize());
    return of(
        served,
        inputs,
        "the noise schedule for each latent and time",
        served.conditioned(inputs),
        latents);
  }

  /** For the most likely latents of images. */
  static ModelSignature ofImages(Served served) {
    CheckedInputs inputs = served.inputs(OF_IMAGES);
    Operand<TUint8> images = inputs.images();
    DiffusionModel conditioned = served.conditioned(inputs);
    Operand<TFloat32> latents = conditioned.posterior(served.m(), served.weights(), images).mode();
    return of(
        served,
        inputs,
        "the noise schedule for the most likely latent of each image",
        conditioned,
        latents);
  }

  private static ModelSignature of(
      Served served,
      CheckedInputs inputs,
      String summary,
      DiffusionModel conditioned,
      Operand<TFloat32> latents) {
    Maths<TFloat64> d = served.m().doubles();
    Operand<TFloat64> t = served.column(inputs.times("t of each row, from 0 (image) to 1 (noise)"));
    ReverseProcess<TFloat32> process =
        conditioned.reverse(
            served.m(), served.weights(), conditioned.withConditions(served.m(), latents));
    Operand<TFloat64> gamma = process.gamma(t);
    Operand<TFloat64> rate = process.rate(t);
    Operand<TFloat64> nu = d.exp(d.neg(gamma));
    return inputs.signature(
        summary,
        List.of(
            served.rounded("gamma", "γ = -log ν of each pixel", gamma),
            served.rounded("dgamma_dt", "dγ/dt", rate),
            served.rounded("nu", "ν, the signal-to-noise ratio α²/σ²", nu),
            served.rounded("dnu_dt", "dν/dt = -ν dγ/dt", d.neg(d.mul(nu, rate)))));
  }
}
