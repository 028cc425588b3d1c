package io.mulan.export;

import io.mulan.diffusion.Chain;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Ancestral sampling: the images that {@code mulan sample} draws for the same seed. */
final class Sample {
  static final String NAME = "sample";

  private Sample() {}

  static ModelSignature build(Served served) {
    Ops tf = served.m().ops();
    CheckedInputs inputs = served.inputs(NAME);
    Operand<TInt32> count = inputs.rows("count", "how many images");
    DiffusionModel conditioned = served.conditioned(inputs);
    Operand<TInt32> steps = inputs.count("steps", "of the chain from noise to image");
    Operand<TInt64> seed = inputs.seed();
    Operand<TInt64> first = tf.constant(0L);
    Operand<TFloat32> latents =
        SamplingGraph.priorLatent(served.m(), served.model(), seed, first, count);
    Operand<TFloat64> noise =
        SamplingGraph.noise(served.m().doubles(), served.model(), seed, first, count);
    Operand<TFloat32> c = conditioned.withConditions(served.m(), latents);
    Operand<TFloat64> z0 =
        new Chain<>(served.m(), conditioned, served.weights(), c, steps, seed, first)
            .run(tf.constant(0), steps, noise, Sampler.ANCESTRAL::step);
    return inputs.signature(
        "draws images: the most likely levels at the end of the learned reverse chain",
        List.of(
            served.port(
                "images",
                "levels from 0 to " + (served.config().data().levels() - 1),
                conditioned.reverse(served.m(), served.weights(), c).mostLikely(z0)),
            served.port("latents", "the latents they were drawn with", latents)));
  }
}
