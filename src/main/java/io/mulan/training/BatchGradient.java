package io.mulan.training;

import io.mulan.cluster.BatchShare;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.diffusion.Times;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.tf.BatchPart;
import io.mulan.tf.Gradients;
import io.mulan.tf.Loop;
import io.mulan.tf.Maths;
import io.mulan.tf.Recomputation;
import io.mulan.tf.StatelessRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * The bound of a batch and its gradient, of all images at once or of one part after another.
 *
 * <p>Parts, and shares of other processes, see the times, the noise and the masks of dropout that
 * they would see in the whole, so that the sum of their gradients is the gradient of the whole, in
 * other sums of rounded numbers.
 *
 * @param terms of the bound, means over the batch in nats [4]
 * @param slowest the least rate of the schedule (scalar)
 * @param times t of each row that the network saw [rows]
 * @param gradients of bits/dim, for each weight, in the order of {@link TrainedWeights#all()}
 */
record BatchGradient<T extends TFloating>(
    Operand<T> terms, Operand<T> slowest, Operand<T> times, List<Operand<T>> gradients) {

  private static final String LOSS = "loss";
  private static final String SEED = "loss_gradient";

  /** Of the networks' residual and attention blocks. */
  private static final Pattern BLOCK =
      Pattern.compile(
          "(%s|%s)/(down|mid|up)[.](block|attn)_\\d+/"
              .formatted(DiffusionModel.NETWORK, DiffusionModel.ENCODER));

  /** How a graph with this gradient is changed so that blocks are recomputed. */
  static Recomputation recomputation() {
    return new Recomputation(BLOCK, LOSS, SEED);
  }

  /**
   * @param model with the conditions of the images
   * @param images levels of this process's share of the batch [b,H,W,C]
   * @param steps updates made so far (scalar)
   */
  static <T extends TFloating> BatchGradient<T> of(
      Maths<T> m,
      RunConfig config,
      DiffusionModel model,
      TrainedWeights<T> weights,
      Operand<TUint8> images,
      Operand<TInt64> steps,
      BatchShare share) {
    TrainingConfig c = config.training();
    StatelessRandom<T> random =
        new StatelessRandom<>(m.in("noise"), m.ops().constant(c.seed()), steps);
    Operand<TInt32> batch = m.ops().constant(c.batch());
    Operand<T> times = Times.of(config.loss()).draw(random, batch);
    Noise<T> noise = model.trainingNoise(random, batch, times, m.cast(steps));
    Batch<T> whole = new Batch<>(config, model, weights, share);
    if (c.accumulate() > 1) {
      return whole.inParts(m, images, steps, noise);
    }
    if (share.isWhole(c)) {
      return whole.gradient(m, model, UnaryOperator.identity(), random, images, noise);
    }
    int draws = model.latentDraws();
    Operand<TInt32> first = m.ops().constant(share.first());
    return whole.gradient(
        m,
        model,
        UnaryOperator.identity(),
        random.rows(m.ops().constant((long) share.first() * draws)),
        images,
        noise.part(m, first, share.count(), draws));
  }

  private record Batch<T extends TFloating>(
      RunConfig config, DiffusionModel model, TrainedWeights<T> weights, BatchShare share) {

    /**
     * @param conditioned the model with the conditions of these images
     * @param here what a weight is where {@code m} is
     * @param random source of dropout's masks
     */
    BatchGradient<T> gradient(
        Maths<T> m,
        DiffusionModel conditioned,
        UnaryOperator<Operand<T>> here,
        StatelessRandom<T> random,
        Operand<TUint8> images,
        Noise<T> noise) {
      Weights<T> read = (name, shape, initial) -> here.apply(weights.get(name, shape, initial));
      Dropout<T> dropout = Dropout.random(m, random, config.network().dropout());
      DiffusionModel.TrainingBound<T> bound =
          conditioned.trainingBound(m, read, dropout, images, noise);
      List<Operand<T>> means = new ArrayList<>();
      bound.terms().all().forEach(term -> means.add(m.mean(term, 0)));
      Operand<T> terms = m.ops().stack(means);
      Operand<T> nats = m.add(m.sum(terms, 0), bound.surrogate());
      Operand<T> kl = means.get(BoundTerms.NAMES.indexOf("latent"));
      nats = m.sub(nats, uncharged(m, kl, noise.step()));
      double balance = config.training().balance();
      if (balance > 0) {
        nats = m.add(nats, m.mul(bound.imbalance(), balance));
      }
      Operand<T> bits = m.mul(nats, 1 / (model.image().size() * Math.log(2)));
      Operand<T> loss = m.ops().withName(LOSS).identity(bits); // bits/dim
      Operand<T> seed = m.ops().withName(SEED).identity(m.constant(1));
      List<Operand<T>> values = weights.all().stream().map(w -> here.apply(w.value())).toList();
      return new BatchGradient<>(
          terms,
          m.ops().min(bound.terms().slowest(), m.ops().constant(0)),
          m.reshape(m.cast(bound.terms().times()), -1),
          Gradients.of(m, loss, seed, values));
    }

    /** What of the latent's KL the training loss leaves out: free bits, and all of it at first. */
    private Operand<T> uncharged(Maths<T> m, Operand<T> kl, Operand<T> done) {
      TrainingConfig c = config.training();
      Operand<T> charged = kl;
      if (c.freeBits() > 0) {
        charged = m.ops().math.maximum(kl, m.constant(c.freeBits() * Math.log(2)));
      }
      if (c.klWarmupSteps() > 0) {
        Operand<T> part = m.mul(done, 1.0 / c.klWarmupSteps());
        charged = m.mul(charged, m.ops().math.minimum(part, m.constant(1)));
      }
      return m.sub(kl, charged);
    }

    BatchGradient<T> inParts(
        Maths<T> m, Operand<TUint8> images, Operand<TInt64> steps, Noise<T> noise) {
      int parts = config.training().accumulate();
      // The terms, the slowest rate and the times of each part, and the gradients.
      List<Operand<T>> sums =
          Loop.sums(m, parts, (around, i) -> part(m, around, i, images, steps, noise));
      double share = 1.0 / parts;
      return new BatchGradient<>(
          m.mul(sums.get(0), share),
          m.ops().min(sums.get(1), m.ops().constant(0)),
          m.reshape(sums.get(2), -1),
          sums.subList(3, sums.size()).stream().map(sum -> m.mul(sum, share)).toList());
    }

    private List<Operand<T>> part(
        Maths<T> outer,
        Loop.Around around,
        Operand<TInt32> i,
        Operand<TUint8> images,
        Operand<TInt64> steps,
        Noise<T> noise) {
      TrainingConfig c = config.training();
      int count = share.count() / c.accumulate();
      Maths<T> m = outer.with(around.ops());
      Ops tf = m.ops();
      Operand<TInt32> first = tf.math.mul(i, tf.constant(count));
      Operand<TUint8> some = BatchPart.of(tf, around.of(images), first, count, 1);
      DiffusionModel conditioned =
          model
              .conditions()
              .map(all -> model.given(BatchPart.of(tf, around.of(all), first, count, 1)))
              .orElse(model);
      Operand<TInt32> ofAll = tf.math.add(first, tf.constant(share.first()));
      // The network sees each image once for each of its latents.
      Operand<TInt32> firstRow = tf.math.mul(ofAll, tf.constant(model.latentDraws()));
      StatelessRandom<T> random =
          new StatelessRandom<>(m.in("noise"), tf.constant(c.seed()), around.of(steps))
              .rows(tf.dtypes.cast(firstRow, TInt64.class));
      BatchGradient<T> part =
          gradient(
              m,
              conditioned,
              around::of,
              random,
              some,
              noise.inside(around).part(m, ofAll, count, model.latentDraws()));
      List<Operand<T>> all = new ArrayList<>();
      all.add(part.terms());
      Operand<T> position = tf.oneHot(i, tf.constant(c.accumulate()), m.constant(1), m.constant(0));
      all.add(m.mul(position, part.slowest()));
      int rows = count * model.latentDraws();
      all.add(m.mul(m.reshape(position, -1, 1), m.reshape(part.times(), 1, rows)));
      all.addAll(part.gradients());
      return all;
    }
  }
}
