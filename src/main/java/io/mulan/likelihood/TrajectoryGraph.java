package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.Chain;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Posterior;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The weights of whole trajectories: for c ~ q(c|x) and z_1, ..., z_0 ~ q(z|x,c) in T steps, log
 * p(x|z_0) p(z|c) p(c) / q(z|x,c) q(c|x). The mean of such a weight is p(x) under the chain of T
 * steps; the mean of its logarithm is the bound, and the logarithm of the mean of K lies between
 * (Burda et al. 2016).
 *
 * @param images levels [B,H,W,C]
 * @param conditions of the images [B,k]; empty if the model has none
 * @param steps T (scalar)
 * @param seed of the noise (scalar)
 * @param firstRow number of the first row: each has noise of its own (scalar)
 * @param logWeights in nats [B]
 */
public record TrajectoryGraph(
    Operand<TUint8> images,
    Optional<Operand<TFloat32>> conditions,
    Operand<TInt32> steps,
    Operand<TInt64> seed,
    Operand<TInt64> firstRow,
    Operand<TFloat64> logWeights) {

  /** Adds it to a graph. */
  public static TrajectoryGraph build(
      Maths<TFloat32> m, DiffusionModel unconditioned, Weights<TFloat32> weights) {
    Ops tf = m.ops();
    DiffusionModel model = unconditioned.givenInput(tf, -1);
    Maths<TFloat64> d = m.doubles();
    ImageShape shape = model.image();
    Operand<TUint8> images = Inputs.of(tf, "images", TUint8.class, shape.batch(-1));
    Operand<TInt32> steps = Inputs.of(tf, "steps", TInt32.class);
    Operand<TInt64> seed = Inputs.scalar(tf, "seed");
    Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
    StatelessRandom<TFloat32> random =
        new StatelessRandom<>(m, seed, tf.constant(0L)).rows(firstRow);
    Operand<TInt32> batch = Inputs.count(tf, images);
    Posterior<TFloat32> posterior = model.posterior(m, weights, images);
    Operand<TFloat32> c = posterior.draw(model.latentNoise(random, batch), m.constant(0));
    Operand<TFloat32> latent = model.withConditions(m, c);
    ReverseProcess<TFloat32> reverse = model.reverse(m, weights, latent);
    Operand<TFloat64> signal = model.codec().encode(d, images);
    Operand<TFloat64> noise = d.cast(random.normal("end", tf.shape(images)));
    Operand<TFloat64> z1 = reverse.noisy(signal, d.constant(1), noise);
    Operand<TFloat32> prior =
        m.sub(model.prior(m, batch).logDensity(m, c), posterior.logDensity(m, c));
    Operand<TFloat64> first = d.add(reverse.logRatioAtEnd(z1, noise), d.cast(prior));

    // The loop has one state: z and, next to it, the weight so far.
    Operand<TFloat64> start = join(d, z1, first);
    Operand<TFloat64> end =
        new Chain<>(m, model, weights, latent, steps, seed, firstRow)
            .run(tf.constant(0), steps, start, (step, state) -> next(step, state, signal, shape));
    Operand<TFloat64> z0 = image(d, end, shape);
    Operand<TFloat64> last = reverse.logProbability(signal, z0);
    return new TrajectoryGraph(
        images,
        model.conditions(),
        steps,
        seed,
        firstRow,
        d.add(d.reshape(d.column(end, shape.size()), -1), last));
  }

  private static Operand<TFloat64> next(
      Chain.Step<TFloat32> step,
      Operand<TFloat64> state,
      Operand<TFloat64> signal,
      ImageShape shape) {
    Maths<TFloat64> d = step.d();
    Operand<TFloat64> z = image(d, state, shape);
    ReverseProcess.WeighedStep made =
        step.reverse()
            .weighedStep(
                step.around().of(signal),
                z,
                step.from(),
                step.to(),
                step.random().normal("step", d.ops().shape(z)));
    Operand<TFloat64> weight = d.reshape(d.column(state, shape.size()), -1);
    return join(d, made.z(), d.add(weight, made.logRatio()));
  }

  /** [B,H,W,C] and [B] to [B,n+1]. */
  private static Operand<TFloat64> join(
      Maths<TFloat64> d, Operand<TFloat64> z, Operand<TFloat64> weight) {
    return d.concat(1, List.of(d.flatten(z), d.reshape(weight, -1, 1)));
  }

  private static Operand<TFloat64> image(
      Maths<TFloat64> d, Operand<TFloat64> state, ImageShape shape) {
    Operand<TFloat64> flat = d.columns(state, 0, shape.size());
    return d.reshape(flat, shape.batch(-1));
  }
}
