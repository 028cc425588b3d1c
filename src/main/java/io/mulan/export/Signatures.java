package io.mulan.export;

import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Posterior;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Everything that an exported model can be asked. */
public record Signatures(List<ModelSignature> all) {
  static final String LATENT = "latent";
  static final String DENOISE = "denoise";

  /**
   * Adds them to a graph.
   *
   * @param scoreTimes times for each image that {@code score} takes the mean over
   */
  public static Signatures build(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      RunConfig config,
      int scoreTimes) {
    Served served = new Served(m, model, weights, config);
    return new Signatures(
        List.of(
            BitsPerDim.build(served),
            BitsPerDim.score(served, scoreTimes),
            Sample.build(served),
            Sample.fast(served),
            LogLikelihood.build(served),
            latent(served),
            Schedule.build(served),
            Schedule.ofImages(served),
            denoise(served),
            Loss.build(served),
            Loss.noise(served)));
  }

  /** As TensorFlow has them; the first is also what a server does unless asked for another. */
  public List<Signature> definitions() {
    List<Signature> definitions = new ArrayList<>();
    definitions.add(all.get(0).as(Signature.DEFAULT_KEY));
    all.forEach(s -> definitions.add(s.as(s.name())));
    return definitions;
  }

  /** q(c|x): the law of the latent for each image, and a draw. */
  private static ModelSignature latent(Served served) {
    Ops tf = served.m().ops();
    CheckedInputs inputs = served.inputs(LATENT);
    Operand<TUint8> images = inputs.images();
    DiffusionModel conditioned = served.conditioned(inputs);
    Operand<TInt64> seed = inputs.seed();
    Posterior<TFloat32> posterior = conditioned.posterior(served.m(), served.weights(), images);
    StatelessRandom<TFloat32> random =
        new StatelessRandom<>(served.m(), seed, tf.constant(0L)).rows(tf.constant(0L));
    Operand<TFloat32> noise = served.model().latentNoise(random, Inputs.count(tf, images));
    return inputs.signature(
        "the law q(c|x) of the latent of each image, and a draw of it",
        List.of(
            served.port("logits", "natural parameters of the law", posterior.natural()),
            served.port("mean", "E[c|x]", posterior.mean()),
            served.port("most_likely", "the most likely c", posterior.mode()),
            served.port("draw", "c ~ q(c|x)", posterior.draw(noise, served.m().constant(0))),
            served.port("kl", "KL(q(c|x) ‖ p(c)) in nats", posterior.kl())));
  }

  /** What the network makes of a noisy signal, for samplers of one's own. */
  private static ModelSignature denoise(Served served) {
    CheckedInputs inputs = served.inputs(DENOISE);
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
