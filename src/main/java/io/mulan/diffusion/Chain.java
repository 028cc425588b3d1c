package io.mulan.diffusion;

import io.mulan.nn.Weights;
import io.mulan.tf.Loop;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * A chain of T steps from noise to image, at the times 1, (T-1)/T, ..., 0, as a loop inside the
 * graph.
 *
 * @param latent c, with the conditions next to it [B,m+k]
 * @param steps T (scalar)
 * @param seed of the noise (scalar)
 * @param firstRow number of the first image (scalar)
 */
public record Chain<T extends TFloating>(
    Maths<T> m,
    DiffusionModel model,
    Weights<T> weights,
    Operand<T> latent,
    Operand<TInt32> steps,
    Operand<TInt64> seed,
    Operand<TInt64> firstRow) {

  /**
   * What a step is made with, inside the loop.
   *
   * @param reverse the way back
   * @param random of this step; the draws of step i are those numbered i + 1
   * @param from the time before it (scalar)
   * @param to the time after it (scalar)
   * @param around what else it needs from around the loop
   */
  public record Step<T extends TFloating>(
      ReverseProcess<T> reverse,
      StatelessRandom<TFloat64> random,
      Operand<TFloat64> from,
      Operand<TFloat64> to,
      Loop.Around around) {

    /** The same with {@link ReverseProcess#clipped}, as a value from around the loop says. */
    public Step<T> clipped(Operand<TBool> clip) {
      return new Step<>(reverse.clipped(around.of(clip)), random, from, to, around);
    }

    /** Arithmetic inside the loop. */
    public Maths<TFloat64> d() {
      return random.maths();
    }
  }

  /** What becomes of the state in a step. */
  @FunctionalInterface
  public interface Body<T extends TFloating> {
    Operand<TFloat64> next(Step<T> step, Operand<TFloat64> state);
  }

  /**
   * The state after some steps.
   *
   * @param first step to make (scalar)
   * @param end one after the last (scalar)
   */
  public Operand<TFloat64> run(
      Operand<TInt32> first, Operand<TInt32> end, Operand<TFloat64> state, Body<T> body) {
    return Loop.repeat(
        m.ops(), first, end, state, (around, i, now) -> body.next(step(around, i), now));
  }

  private Step<T> step(Loop.Around around, Operand<TInt32> i) {
    Ops tf = around.ops();
    Maths<T> inside = new Maths<>(tf, m.type());
    Maths<TFloat64> d = inside.doubles();
    Operand<TInt32> after = tf.math.add(i, tf.constant(1));
    StatelessRandom<TFloat64> random =
        new StatelessRandom<>(d, around.of(seed), tf.dtypes.cast(after, TInt64.class))
            .rows(around.of(firstRow));
    return new Step<>(
        model.reverse(inside, weights.inside(around), around.of(latent)),
        random,
        time(d, i, around),
        time(d, after, around),
        around);
  }

  /** (T - i) / T. */
  private Operand<TFloat64> time(Maths<TFloat64> d, Operand<TInt32> i, Loop.Around around) {
    Operand<TInt32> all = around.of(steps);
    return d.div(d.cast(d.ops().math.sub(all, i)), d.cast(all));
  }
}
