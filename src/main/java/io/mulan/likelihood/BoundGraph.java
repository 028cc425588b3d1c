package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.diffusion.Posterior;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The bound of given images at given times, without dropout, for batches of any size.
 *
 * @param images levels [B,H,W,C]
 * @param conditions of the images [B,k]; empty if the model has none
 * @param seed of the noise (scalar)
 * @param firstRow number of the first row (scalar): the draws of all images are numbered, those of
 *     one after those of the one before, and each has noise of its own
 * @param perImage draws of each image, K (scalar)
 * @param times t of each draw, or, where times are chosen by importance, the uniform draw [B]
 * @param terms nats for each term and image [4,B]
 * @param slowest the least rate of the schedule for each image [B]
 * @param latents what is drawn, and from which law
 */
public record BoundGraph(
    Operand<TUint8> images,
    Optional<Operand<TFloat32>> conditions,
    Operand<TInt64> seed,
    Operand<TInt64> firstRow,
    Operand<TInt64> perImage,
    Operand<TFloat32> times,
    Operand<TFloat32> terms,
    Operand<TFloat32> slowest,
    LatentGraph latents) {

  /** Adds it to a graph. */
  public static BoundGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights) {
    Ops tf = m.ops();
    ImageShape shape = model.image();
    Operand<TUint8> images = Inputs.of(tf, "images", TUint8.class, shape.batch(-1));
    Operand<TInt64> seed = Inputs.scalar(tf, "seed");
    Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
    Operand<TInt64> perImage = Inputs.scalar(tf, "per_image");
    return of(m, model.givenInput(tf, -1), weights, images, seed, firstRow, perImage);
  }

  /** The same for inputs that are there already, conditions among them. */
  public static BoundGraph of(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      Operand<TUint8> images,
      Operand<TInt64> seed,
      Operand<TInt64> firstRow,
      Operand<TInt64> perImage) {
    Ops tf = m.ops();
    StatelessRandom<TFloat32> random =
        new StatelessRandom<>(m, seed, tf.constant(0L)).rows(firstRow);
    Operand<TInt32> batch = Inputs.count(tf, images);
    Operand<TFloat32> times = times(m, seed, firstRow, perImage, batch);
    // A temperature shapes gradients only, and there are none.
    Noise<TFloat32> noise = model.noise(random, batch, times, m.constant(0));
    Posterior<TFloat32> posterior = model.posterior(m, weights, images);
    Operand<TFloat32> c = posterior.draw(noise.latent(), noise.step());
    Operand<TFloat32> context = tf.zerosLike(m.column(c, 0));
    Operand<TFloat32> given = model.withConditions(m, c);
    BoundTerms<TFloat32> bound =
        model.boundGiven(m, weights, Dropout.none(), images, given, posterior.kl(), context, noise);
    LatentGraph latents = LatentGraph.of(posterior, c, model.latentVariance());
    return new BoundGraph(
        images,
        model.conditions(),
        seed,
        firstRow,
        perImage,
        times,
        tf.stack(bound.all()),
        bound.slowest(),
        latents);
  }

  /** For each row [B]: its image's own start in (0,1), and k/K further, round about. */
  private static Operand<TFloat32> times(
      Maths<TFloat32> m,
      Operand<TInt64> seed,
      Operand<TInt64> firstRow,
      Operand<TInt64> perImage,
      Operand<TInt32> batch) {
    Ops tf = m.ops();
    Operand<TInt64> ordinals = tf.range(tf.constant(0L), wide(tf, batch), tf.constant(1L));
    Operand<TInt64> rows = tf.math.add(firstRow, ordinals);
    Operand<TInt64> image = tf.math.floorDiv(rows, perImage);
    Operand<TInt64> draw = tf.math.sub(rows, tf.math.mul(image, perImage));
    Operand<TInt64> first = tf.math.floorDiv(firstRow, perImage);
    Operand<TInt64> own = tf.math.sub(image, first); // [B]: 0, ..., 0, 1, ...
    // No batch has more images than rows.
    Operand<TFloat32> starts =
        new StatelessRandom<>(m, seed, tf.constant(0L))
            .rows(first)
            .uniform("start", tf.stack(List.of(batch, tf.constant(1))));
    Operand<TFloat32> start = tf.gather(m.reshape(starts, -1), own, tf.constant(0));
    Operand<TFloat32> time = m.add(start, m.div(m.cast(draw), m.cast(perImage)));
    return m.sub(time, tf.math.floor(time));
  }

  private static Operand<TInt64> wide(Ops tf, Operand<TInt32> x) {
    return tf.dtypes.cast(x, TInt64.class);
  }

  /**
   * A run on some draws.
   *
   * @param rows which they are
   * @param draws of each image, K
   * @param asked what is fetched
   */
  public Result run(
      GraphSession session,
      ImageBatch fed,
      Draws rows,
      int draws,
      long noise,
      List<Operand<TFloat32>> asked) {
    try (TInt64 s = TInt64.scalarOf(noise);
        TInt64 number = TInt64.scalarOf(rows.number());
        TInt64 each = TInt64.scalarOf(draws)) {
      GraphSession.Runner runner =
          fed.feed(session.runner(), images, conditions)
              .feed(seed, s)
              .feed(firstRow, number)
              .feed(perImage, each);
      asked.forEach(runner::fetch);
      return runner.run();
    }
  }

  /**
   * The latents drawn for a batch, and the laws they are drawn from.
   *
   * @param mean E[c|x] [B,m]
   * @param natural of the law as an exponential family [B,d]
   * @param logPartition [B]
   * @param statistics of the latents drawn [B,d]
   * @param priorVariance of each component of c; zero if there is no latent
   */
  public record LatentGraph(
      Operand<TFloat32> mean,
      Operand<TFloat32> natural,
      Operand<TFloat32> logPartition,
      Operand<TFloat32> statistics,
      double priorVariance) {

    static LatentGraph of(
        Posterior<TFloat32> posterior, Operand<TFloat32> c, double priorVariance) {
      return new LatentGraph(
          posterior.mean(),
          posterior.natural(),
          posterior.logPartition(),
          posterior.statistics(c),
          priorVariance);
    }

    List<Operand<TFloat32>> all() {
      return List.of(mean, natural, logPartition, statistics);
    }
  }
}
