package io.mulan.sampling;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.Chain;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

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
 * @param latent c, with the conditions next to it [B,m+k]
 * @param clip whether x̂ is kept in the range of images (scalar); not unless fed
 * @param z noisy signals before the step {@code from} [B,H,W,C]
 * @param before x̂ of the step before that [B,H,W,C]; zero unless fed
 * @param priorLatent draws of c ~ p(c) [count,m]
 * @param noise z_1 ~ N(0,I) [count,H,W,C]
 * @param next z before the step {@code to}; at the end z_0 [B,H,W,C]
 * @param state the same and x̂ of the step before that [2,B,H,W,C]
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
    Operand<TBool> clip,
    Operand<TFloat64> z,
    Operand<TFloat64> before,
    Operand<TFloat32> priorLatent,
    Operand<TFloat64> noise,
    Operand<TFloat64> next,
    Operand<TFloat64> state,
    Operand<TUint8> view,
    Operand<TUint8> mostLikely,
    Operand<TUint8> drawn) {

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
    Operand<TFloat32> c = Inputs.of(tf, "latent", TFloat32.class, -1, model.withConditionsSize());
    Operand<TFloat64> z = Inputs.of(tf, "z", TFloat64.class, shape.batch(-1));
    Operand<TBool> clip = tf.placeholderWithDefault(tf.constant(false), Shape.scalar());
    Operand<TFloat64> before = tf.placeholderWithDefault(tf.zerosLike(z), z.shape());
    StatelessRandom<TFloat64> random = random(d, seed, firstRow);
    Operand<TFloat64> state =
        sampler.run(
            new Chain<>(m, model, weights, c, steps, seed, firstRow), clip, from, to, z, before);
    ReverseProcess<TFloat32> reverse = model.reverse(m, weights, c);
    return new SamplingGraph(
        seed,
        firstRow,
        count,
        steps,
        from,
        to,
        c,
        clip,
        z,
        before,
        priorLatent(m, model, seed, firstRow, count),
        noise(d, model, seed, firstRow, count),
        SamplingStep.z(d, state),
        state,
        model.codec().nearest(d, z),
        reverse.mostLikely(z),
        reverse.draw(z, random.uniform("image", tf.shape(z))));
  }

  /** Of what is drawn outside the steps. */
  private static <T extends TFloating> StatelessRandom<T> random(
      Maths<T> m, Operand<TInt64> seed, Operand<TInt64> firstRow) {
    return new StatelessRandom<>(m, seed, m.ops().constant(0L)).rows(firstRow);
  }

  /** Draws of c ~ p(c) [count,m]. */
  public static Operand<TFloat32> priorLatent(
      Maths<TFloat32> m,
      DiffusionModel model,
      Operand<TInt64> seed,
      Operand<TInt64> firstRow,
      Operand<TInt32> count) {
    Operand<TFloat32> noise = model.latentNoise(random(m, seed, firstRow), count);
    return model.prior(m, count).draw(noise, m.constant(0));
  }

  /** z_1 ~ N(0,I) [count,H,W,C]. */
  public static Operand<TFloat64> noise(
      Maths<TFloat64> d,
      DiffusionModel model,
      Operand<TInt64> seed,
      Operand<TInt64> firstRow,
      Operand<TInt32> count) {
    Ops tf = d.ops();
    ImageShape shape = model.image();
    List<Operand<TInt32>> all =
        List.of(
            count,
            tf.constant(shape.height()),
            tf.constant(shape.width()),
            tf.constant(shape.channels()));
    return random(d, seed, firstRow).normal("start", tf.stack(all));
  }
}
