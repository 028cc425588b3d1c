package io.mulan.diffusion;

import io.mulan.diffusion.DiffusionModel.TrainingBound;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * The score-function gradient by the law of a latent, with another draw for the same image as
 * baseline (Kool, van Hoof, Welling, "Buy 4 REINFORCE samples, get a baseline for free!", 2019):
 * unbiased, and each image is seen twice, with the same times and noise.
 */
final class LeaveOneOut {
  /** Latents for each image. */
  static final int DRAWS = 2;

  private LeaveOneOut() {}

  /**
   * The means of both draws, and the surrogate whose gradient is the estimator's.
   *
   * @param noise of a batch, with latent noise for each image twice
   * @param bound of each image twice, given latents [2B,m] and noise
   */
  static <T extends TFloating> TrainingBound<T> bound(
      Maths<T> m,
      Posterior<T> posterior,
      Noise<T> noise,
      BiFunction<Operand<T>, Noise<T>, BoundTerms<T>> bound) {
    Ops tf = m.ops();
    List<Operand<T>> halves =
        List.copyOf(tf.split(tf.constant(0), noise.latent(), (long) DRAWS).output());
    Operand<T> first = posterior.draw(halves.get(0), noise.step());
    Operand<T> second = posterior.draw(halves.get(1), noise.step());
    BoundTerms<T> terms =
        bound.apply(m.constantFor(m.concat(0, List.of(first, second))), noise.twice(m));

    // What the draw changes; the KL is exact.
    Operand<T> cost = m.add(m.add(terms.reconstruction(), terms.prior()), terms.diffusion());
    List<Operand<T>> costs = List.copyOf(tf.unstack(pairs(m, cost), (long) DRAWS).output());
    Operand<T> advantage = m.constantFor(m.sub(costs.get(0), costs.get(1))); // [B]
    // ½ [(f1 - f2) ∇ log q(c1) + (f2 - f1) ∇ log q(c2)]; the log-partitions cancel
    Operand<T> apart =
        m.constantFor(m.sub(posterior.statistics(first), posterior.statistics(second)));
    Operand<T> logRatio = m.sum(m.mul(posterior.natural(), apart), 1);
    Operand<T> each = m.mul(m.mul(advantage, logRatio), 0.5);
    Operand<T> surrogate = m.mean(m.sub(each, m.constantFor(each)), 0);
    return new TrainingBound<>(
        new BoundTerms<>(
            mean(m, terms.reconstruction()),
            mean(m, terms.prior()),
            mean(m, terms.latent()),
            mean(m, terms.diffusion()),
            tf.min(pairs(m, terms.slowest()), tf.constant(0)),
            terms.times()),
        surrogate,
        posterior.imbalance(m));
  }

  /** [2B] to [2,B]. */
  private static <T extends TFloating> Operand<T> pairs(Maths<T> m, Operand<T> both) {
    return m.reshape(both, DRAWS, -1);
  }

  private static <T extends TFloating> Operand<T> mean(Maths<T> m, Operand<T> both) {
    return m.mean(pairs(m, both), 0);
  }
}
