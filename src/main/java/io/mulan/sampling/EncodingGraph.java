package io.mulan.sampling;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Posterior;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * Images as the model sees them: their latents, and the points z_0 that the probability flow begins
 * at.
 *
 * @param images levels [B,H,W,C]
 * @param conditions of the images [B,k]; empty if the model has none
 * @param seed of the draw (scalar)
 * @param firstRow number of the first image (scalar)
 * @param drawn c ~ q(c|x), with the conditions next to it [B,m+k]
 * @param latent the most likely c likewise; another may be fed in its place [B,m+k]
 * @param mean E[c|x] [B,m]
 * @param z0 α_0 f, for that latent [B,H,W,C]
 */
public record EncodingGraph(
    Operand<TUint8> images,
    Optional<Operand<TFloat32>> conditions,
    Operand<TInt64> seed,
    Operand<TInt64> firstRow,
    Operand<TFloat32> drawn,
    Operand<TFloat32> latent,
    Operand<TFloat32> mean,
    Operand<TFloat64> z0) {

  /** Adds it to a graph. */
  public static EncodingGraph build(
      Maths<TFloat32> m, DiffusionModel unconditioned, Weights<TFloat32> weights) {
    Ops tf = m.ops();
    DiffusionModel model = unconditioned.givenInput(tf, -1);
    Maths<TFloat64> d = m.doubles();
    ImageShape shape = model.image();
    Operand<TUint8> images = Inputs.of(tf, "images", TUint8.class, shape.batch(-1));
    Operand<TInt64> seed = Inputs.scalar(tf, "seed");
    Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
    StatelessRandom<TFloat32> random =
        new StatelessRandom<>(m, seed, tf.constant(0L)).rows(firstRow);
    Posterior<TFloat32> posterior = model.posterior(m, weights, images);
    Operand<TFloat32> noise = model.latentNoise(random, Inputs.count(tf, images));
    Operand<TFloat32> latent = tf.identity(model.withConditions(m, posterior.mode()));
    ReverseProcess<TFloat32> reverse = model.reverse(m, weights, latent);
    Operand<TFloat64> signal = model.codec().encode(d, images);
    Operand<TFloat64> z0 = reverse.noisy(signal, d.constant(0), tf.zerosLike(signal));
    return new EncodingGraph(
        images,
        model.conditions(),
        seed,
        firstRow,
        model.withConditions(m, posterior.draw(noise, m.constant(0))),
        latent,
        posterior.mean(),
        z0);
  }
}
