package io.mulan.diffusion;

import io.mulan.config.LossConfig;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * How uniform draws become times of the diffusion, and what the squared error counts there: the
 * diffusion term of the bound is the mean of ½ Σ rate · (ε - ε̂)² over uniform u.
 */
sealed interface TimeAxis {

  /**
   * A time for each image.
   *
   * @param t [B,1]
   * @param rate [B,n], or [B,1] for a schedule that is the same for all pixels; above zero where γ
   *     increases
   */
  record Moment<T extends TFloating>(Operand<T> t, Operand<T> rate) {}

  /**
   * The moment of each draw.
   *
   * @param uniform in [0,1) [B,1]
   */
  <T extends TFloating> Moment<T> at(Maths<T> m, NoiseSchedule.Path<T> path, Operand<T> uniform);

  static TimeAxis of(LossConfig c) {
    if (c.timesteps() > 0) {
      return new Steps(c.timesteps());
    }
    return c.times() == LossConfig.Times.IMPORTANCE ? new AlongThePath() : new Continuous();
  }

  /** Continuous time: t = u, the rate is dγ/dt (Kingma et al. 2021, equation 17). */
  record Continuous() implements TimeAxis {
    @Override
    public <T extends TFloating> Moment<T> at(
        Maths<T> m, NoiseSchedule.Path<T> path, Operand<T> uniform) {
      return new Moment<>(uniform, path.derivative(m, uniform));
    }
  }

  /**
   * T steps: t = 1/T, 2/T, ..., 1, and the rate from the step before, s = t - 1/T, is T (exp(γ_t -
   * γ_s) - 1) (Kingma et al. 2021, equation 13).
   */
  record Steps(int count) implements TimeAxis {
    @Override
    public <T extends TFloating> Moment<T> at(
        Maths<T> m, NoiseSchedule.Path<T> path, Operand<T> uniform) {
      Ops tf = m.ops();
      Operand<T> before = tf.math.floor(m.mul(uniform, count));
      before = tf.math.minimum(before, m.constant(count - 1)); // u T may be rounded up to T
      Operand<T> t = m.mul(m.add(before, 1), 1.0 / count);
      Operand<T> rise = m.sub(path.gamma(t), path.gamma(m.mul(before, 1.0 / count)));
      return new Moment<>(t, m.mul(tf.math.expm1(rise), count));
    }
  }

  /**
   * Continuous time with density proportional to the speed of the path, the mean of dγ/dt over the
   * pixels, in each of some intervals; the rate is divided by that density. The intervals' speeds
   * are exact, so the mean over u is that of {@link Continuous}, whatever the schedule.
   */
  record AlongThePath() implements TimeAxis {
    private static final int INTERVALS = 32;

    @Override
    public <T extends TFloating> Moment<T> at(
        Maths<T> m, NoiseSchedule.Path<T> path, Operand<T> uniform) {
      Ops tf = m.ops();
      Operand<T> lengths = m.constantFor(lengths(m, path, uniform)); // [B, intervals]
      Operand<T> shares = m.div(lengths, m.sumKeeping(lengths, 1));
      Operand<T> ends = tf.math.cumsum(shares, tf.constant(1));
      // How much of each interval lies before u: all, a part, nothing.
      Operand<T> part = m.div(m.sub(uniform, m.sub(ends, shares)), shares);
      part = tf.clipByValue(part, m.constant(0), m.constant(1));
      Operand<T> t = m.mul(m.sumKeeping(part, 1), 1.0 / INTERVALS);
      // The one that u falls into: the first whose end is beyond it, the last at the latest.
      Operand<T> beyond = m.cast(tf.dtypes.cast(tf.math.less(uniform, ends), m.type()));
      Operand<T> past = m.sub(m.constant(INTERVALS), m.sumKeeping(beyond, 1));
      Operand<T> index = tf.math.minimum(past, m.constant(INTERVALS - 1));
      Operand<T> here = m.cast(tf.dtypes.cast(tf.math.equal(index, numbers(m)), m.type()));
      Operand<T> density = m.mul(m.sumKeeping(m.mul(here, shares), 1), INTERVALS);
      return new Moment<>(t, m.div(path.derivative(m, t), density));
    }

    /** How far the mean γ rises in each interval. */
    private static <T extends TFloating> Operand<T> lengths(
        Maths<T> m, NoiseSchedule.Path<T> path, Operand<T> like) {
      List<Operand<T>> rises = new ArrayList<>();
      Operand<T> before = null;
      for (int i = 0; i <= INTERVALS; i++) {
        Operand<T> t = m.add(m.ops().zerosLike(like), (double) i / INTERVALS);
        Operand<T> gamma = m.meanKeeping(path.gamma(t), 1); // [B, 1]
        if (before != null) {
          rises.add(m.sub(gamma, before));
        }
        before = gamma;
      }
      return m.concat(1, rises);
    }

    private static <T extends TFloating> Operand<T> numbers(Maths<T> m) {
      double[] numbers = new double[INTERVALS];
      for (int i = 0; i < INTERVALS; i++) {
        numbers[i] = i;
      }
      return m.reshape(m.vector(numbers), 1, INTERVALS);
    }
  }
}
