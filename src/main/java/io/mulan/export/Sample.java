package io.mulan.export;

import io.mulan.diffusion.Chain;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import io.mulan.sampling.SamplingStep;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Images from noise: those that {@code mulan sample} draws for the same seed. */
final class Sample {
  static final String NAME = "sample";
  static final String FAST = "sample_fast";

  /** Those with one evaluation a step, by their numbers. */
  static final List<Sampler> SAMPLERS = List.of(Sampler.ANCESTRAL, Sampler.DDIM, Sampler.DPMPP_2M);

  private static final String NAMES = "0 ancestral, 1 ddim, 2 dpmpp-2m";

  private Sample() {}

  /**
   * How they are drawn.
   *
   * @param clip whether x̂ is kept in the range of images (scalar)
   */
  private record Way(SamplingStep sampler, Operand<TBool> clip) {}

  /** Ancestral sampling. */
  static ModelSignature build(Served served) {
    return build(
        served,
        NAME,
        "draws images: the most likely levels at the end of the learned reverse chain",
        inputs -> new Way(Sampler.ANCESTRAL, served.m().ops().constant(false)));
  }

  /** The sampler is an input. */
  static ModelSignature fast(Served served) {
    return build(
        served,
        FAST,
        "draws images by a chosen sampler, one evaluation of the network a step",
        inputs -> {
          Operand<TInt64> chosen = inputs.counted("sampler", NAMES, 0, SAMPLERS.size() - 1);
          return new Way(
              chosen(chosen), inputs.flag("clip", "whether x̂ is kept in the range of images"));
        });
  }

  private static SamplingStep chosen(Operand<TInt64> number) {
    return (step, now, before) -> {
      Ops tf = step.d().ops();
      Operand<TFloat64> z = SAMPLERS.get(0).next(step, now, before);
      for (int i = 1; i < SAMPLERS.size(); i++) {
        Operand<TBool> chosen = tf.math.equal(step.around().of(number), tf.constant((long) i));
        z = tf.select(chosen, SAMPLERS.get(i).next(step, now, before), z);
      }
      return z;
    };
  }

  private static ModelSignature build(
      Served served, String name, String summary, Function<CheckedInputs, Way> way) {
    Ops tf = served.m().ops();
    Maths<TFloat64> d = served.m().doubles();
    CheckedInputs inputs = served.inputs(name);
    Operand<TInt32> count = inputs.rows("count", "how many images");
    DiffusionModel conditioned = served.conditioned(inputs);
    Operand<TInt32> steps = inputs.count("steps", "of the chain from noise to image");
    Operand<TInt64> seed = inputs.seed();
    Way chosen = way.apply(inputs);
    Operand<TInt64> first = tf.constant(0L);
    Operand<TFloat32> latents =
        SamplingGraph.priorLatent(served.m(), served.model(), seed, first, count);
    Operand<TFloat64> noise = SamplingGraph.noise(d, served.model(), seed, first, count);
    Operand<TFloat32> c = conditioned.withConditions(served.m(), latents);
    Operand<TFloat64> state =
        chosen
            .sampler()
            .run(
                new Chain<>(served.m(), conditioned, served.weights(), c, steps, seed, first),
                chosen.clip(),
                tf.constant(0),
                steps,
                noise,
                tf.zerosLike(noise));
    return inputs.signature(
        summary,
        List.of(
            served.port(
                "images",
                "levels from 0 to " + (served.config().data().levels() - 1),
                conditioned
                    .reverse(served.m(), served.weights(), c)
                    .mostLikely(SamplingStep.z(d, state))),
            served.port("latents", "the latents they were drawn with", latents)));
  }
}
