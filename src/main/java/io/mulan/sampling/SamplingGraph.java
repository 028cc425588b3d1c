package io.mulan.sampling;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.Chain;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphPart;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.OrderedSums;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * A sampler. All its noise is a function of (seed, step, number of the image): an image is the same
 * whatever it is drawn together with, and whether its steps are made at once or one by one.
 *
 * @param seed of the noise (scalar)
 * @param firstRow number of the first image (scalar)
 * @param count B, of images to begin (scalar)
 * @param steps T, from t = 1 to t = 0 (scalar)
 * @param from first step to make (scalar)
 * @param to one after the last (scalar)
 * @param latent c [B,m]
 * @param z noisy signals before the step {@code from} [B,H,W,C]
 * @param priorLatent draws of c ~ p(c) [count,m]
 * @param noise z_1 ~ N(0,I) [count,H,W,C]
 * @param next z before the step {@code to}; at the end z_0 [B,H,W,C]
 * @param view z as levels, for the eye [B,H,W,C]
 * @param mostLikely x for a z that is z_0 [B,H,W,C]
 * @param drawn x ~ p(x|z_0) for a z that is z_0 [B,H,W,C]
 */
public record SamplingGraph(
    Operand<TInt64> seed,
    Operand<TInt64> firstRow,
    Operand<TInt32> count,
    Operand<TInt32> steps,
    Operand<TInt32> from,
    Operand<TInt32> to,
    Operand<TFloat32> latent,
    Operand<TFloat64> z,
    Operand<TFloat32> priorLatent,
    Operand<TFloat64> noise,
    Operand<TFloat64> next,
    Operand<TUint8> view,
    Operand<TUint8> mostLikely,
    Operand<TUint8> drawn)
    implements GraphPart<SamplingGraph> {

  /** Adds it to a graph. */
  public static SamplingGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights, Sampler sampler) {
    Ops tf = m.ops();
    Maths<TFloat64> d = m.doubles();
    ImageShape shape = model.image();
    Operand<TInt64> seed = Inputs.scalar(tf, "seed");
    Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
    Operand<TInt32> count = Inputs.of(tf, "count", TInt32.class);
    Operand<TInt32> steps = Inputs.of(tf, "steps", TInt32.class);
    Operand<TInt32> from = Inputs.of(tf, "from", TInt32.class);
    Operand<TInt32> to = Inputs.of(tf, "to", TInt32.class);
    Operand<TFloat32> c = Inputs.of(tf, "latent", TFloat32.class, -1, model.latentSize());
    Operand<TFloat64> z =
        Inputs.of(tf, "z", TFloat64.class, -1, shape.height(), shape.width(), shape.channels());
    Operand<TInt64> beginning = tf.constant(0L);
    StatelessRandom<TFloat32> latents = new StatelessRandom<>(m, seed, beginning).rows(firstRow);
    StatelessRandom<TFloat64> random = new StatelessRandom<>(d, seed, beginning).rows(firstRow);
    Operand<TFloat32> prior =
        model.prior(m, count).draw(model.latentNoise(latents, count), m.constant(0));
    Operand<TInt32> all =
        tf.stack(
            List.of(
                count,
                tf.constant(shape.height()),
                tf.constant(shape.width()),
                tf.constant(shape.channels())));
    Operand<TFloat64> next =
        new Chain<>(m, model, weights, c, steps, seed, firstRow).run(from, to, z, sampler::step);
    ReverseProcess<TFloat32> reverse = model.reverse(m, weights, c);
    return new SamplingGraph(
        seed,
        firstRow,
        count,
        steps,
        from,
        to,
        c,
        z,
        prior,
        random.normal("start", all),
        next,
        model.codec().nearest(d, z),
        reverse.mostLikely(z),
        reverse.draw(z, random.uniform("image", tf.shape(z))));
  }

  @Override
  public SamplingGraph in(OrderedSums copy) {
    return new SamplingGraph(
        copy.of(seed),
        copy.of(firstRow),
        copy.of(count),
        copy.of(steps),
        copy.of(from),
        copy.of(to),
        copy.of(latent),
        copy.of(z),
        copy.of(priorLatent),
        copy.of(noise),
        copy.of(next),
        copy.of(view),
        copy.of(mostLikely),
        copy.of(drawn));
  }
}
