package io.mulan.export;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Posterior;
import io.mulan.tf.Inputs;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** q(c|x): the law of the latent for each image, and a draw. */
final class LatentOfImages {
  static final String NAME = "latent";

  private LatentOfImages() {}

  static ModelSignature build(Served served) {
    Ops tf = served.m().ops();
    CheckedInputs inputs = served.inputs(NAME);
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
}
