package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Posterior;
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
 * Where the exact likelihood of an image begins: a latent c ~ q(c|x), a point z_0 ~ q(z_0|x), and
 * what the two cost, in nats.
 *
 * @param images levels [B,H,W,C]
 * @param conditions of the images [B,k]; empty if the model has none
 * @param seed of the noise (scalar)
 * @param draw which sample of that seed (scalar)
 * @param firstRow number of the first image (scalar)
 * @param latent c, with the conditions next to it [B,m+k]
 * @param z0 [B,H,W,C]
 * @param kl KL(q(c|x) ‖ p(c)) [B]
 * @param logPrior log p(c) - log q(c|x) [B]
 * @param dequantisation log q(z_0|x) [B]
 * @param expectedDequantisation its expectation [B]
 */
public record DequantisedStart(
    Operand<TUint8> images,
    Optional<Operand<TFloat32>> conditions,
    Operand<TInt64> seed,
    Operand<TInt64> draw,
    Operand<TInt64> firstRow,
    Operand<TFloat32> latent,
    Operand<TFloat64> z0,
    Operand<TFloat32> kl,
    Operand<TFloat64> logPrior,
    Operand<TFloat64> dequantisation,
    Operand<TFloat64> expectedDequantisation) {

  /**
   * Adds it to a graph.
   *
   * @param mostLikelyLatent c is the most likely one instead of a draw, as published
   */
  static DequantisedStart build(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      Dequantisation kind,
      boolean mostLikelyLatent) {
    Ops tf = m.ops();
    ImageShape shape = model.image();
    Operand<TUint8> images = Inputs.of(tf, "images", TUint8.class, shape.batch(-1));
    Operand<TInt64> seed = Inputs.scalar(tf, "seed");
    Operand<TInt64> draw = Inputs.scalar(tf, "draw");
    Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
    DiffusionModel conditioned = model.givenInput(tf, -1);
    return of(m, conditioned, weights, kind, mostLikelyLatent, images, seed, draw, firstRow);
  }

  /** The same for inputs that are there already, conditions among them. */
  public static DequantisedStart of(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      Dequantisation kind,
      boolean mostLikelyLatent,
      Operand<TUint8> images,
      Operand<TInt64> seed,
      Operand<TInt64> draw,
      Operand<TInt64> firstRow) {
    Ops tf = m.ops();
    Maths<TFloat64> d = m.doubles();
    Operand<TInt32> batch = Inputs.count(tf, images);
    StatelessRandom<TFloat32> random = new StatelessRandom<>(m, seed, draw).rows(firstRow);
    Posterior<TFloat32> posterior = model.posterior(m, weights, images);
    Operand<TFloat32> c =
        mostLikelyLatent
            ? posterior.mode()
            : posterior.draw(model.latentNoise(random, batch), m.constant(0));
    Operand<TFloat32> latent = model.withConditions(m, c);
    Operand<TFloat64> gamma0 = model.reverse(m, weights, latent).gamma0();
    Operand<TFloat64> uniform =
        new StatelessRandom<>(d, seed, draw)
            .rows(firstRow)
            .uniform("dequantisation", tf.shape(images));
    Operand<TFloat64> noise = kind.noise(d, gamma0, uniform);
    return new DequantisedStart(
        images,
        model.conditions(),
        seed,
        draw,
        firstRow,
        latent,
        kind.place(d, model.codec().encode(d, images), gamma0, noise),
        posterior.kl(),
        d.cast(m.sub(model.prior(m, batch).logDensity(m, c), posterior.logDensity(m, c))),
        kind.logDensity(d, gamma0, noise),
        kind.expectedLogDensity(d, gamma0, noise));
  }

  List<Operand<?>> outputs() {
    return List.of(latent, z0, kl, logPrior, dequantisation, expectedDequantisation);
  }
}
