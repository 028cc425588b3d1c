package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.diffusion.Posterior;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphPart;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.OrderedSums;
import io.mulan.tf.StatelessRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The bound of given images at given times, without dropout, for batches of any size.
 *
 * @param images levels [B,H,W,C]
 * @param times [B]
 * @param seed of the noise (scalar)
 * @param firstRow number of the first row: each has noise of its own (scalar)
 * @param terms nats for each term and image [4,B]
 * @param slowest the least rate of the schedule for each image [B]
 * @param latents what is drawn, and from which law
 */
public record BoundGraph(
    Operand<TUint8> images,
    Operand<TFloat32> times,
    Operand<TInt64> seed,
    Operand<TInt64> firstRow,
    Operand<TFloat32> terms,
    Operand<TFloat32> slowest,
    LatentGraph latents)
    implements GraphPart<BoundGraph> {

  /** Adds it to a graph. */
  public static BoundGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights) {
    Ops tf = m.ops();
    ImageShape shape = model.image();
    Operand<TUint8> images =
        Inputs.of(tf, "images", TUint8.class, -1, shape.height(), shape.width(), shape.channels());
    Operand<TFloat32> times = Inputs.of(tf, "times", TFloat32.class, -1);
    Operand<TInt64> seed = Inputs.scalar(tf, "seed");
    Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
    StatelessRandom<TFloat32> random =
        new StatelessRandom<>(m, seed, tf.constant(0L)).rows(firstRow);
    Operand<TInt32> batch = Inputs.count(tf, images);
    // A temperature shapes gradients only, and there are none.
    Noise<TFloat32> noise = model.noise(random, batch, times, m.constant(0));
    Posterior<TFloat32> posterior = model.posterior(m, weights, images);
    Operand<TFloat32> c = posterior.draw(noise.latent(), noise.step());
    Operand<TFloat32> context = tf.zerosLike(m.column(c, 0));
    BoundTerms<TFloat32> bound =
        model.boundGiven(m, weights, Dropout.none(), images, c, posterior.kl(), context, noise);
    LatentGraph latents = LatentGraph.of(posterior, c, model.latentVariance());
    return new BoundGraph(
        images, times, seed, firstRow, tf.stack(bound.all()), bound.slowest(), latents);
  }

  @Override
  public BoundGraph in(OrderedSums copy) {
    return new BoundGraph(
        copy.of(images),
        copy.of(times),
        copy.of(seed),
        copy.of(firstRow),
        copy.of(terms),
        copy.of(slowest),
        latents.in(copy));
  }
}
