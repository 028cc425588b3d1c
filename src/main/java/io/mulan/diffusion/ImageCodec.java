package io.mulan.diffusion;

import io.mulan.config.ScheduleConfig;
import io.mulan.tf.Maths;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * Between the levels 0..V-1 of an image and its signal in (-1,1) (Kingma et al. 2021, section 3.3
 * and appendix).
 *
 * @param levels V, the size of the vocabulary
 * @param reach how far from the nearest level p(x | z_0) counts others, in levels; those farther
 *     away must have no weight
 */
public record ImageCodec(int levels, int reach) {
  /** exp(-50), for each of 256 levels, is nothing next to one in double precision. */
  private static final double NO_WEIGHT = 50;

  /** A logit without weight. */
  private static final double LOWEST = -1e30;

  /** Counts all levels. */
  public ImageCodec(int levels) {
    this(levels, levels);
  }

  /** For images of so many levels whose noise at time 0 is that of this schedule. */
  static ImageCodec of(int levels, ScheduleConfig schedule) {
    if (schedule.freeEnds()) {
      return new ImageCodec(levels);
    }
    // A level k + 1 steps from the nearest, itself within half a step, has the logit
    // -½ k (k + 1) (step / σ)² or less next to it.
    double steps = 2.0 / levels * Math.exp(-schedule.gammaMin() / 2);
    int reach =
        IntStream.range(1, levels)
            .filter(k -> 0.5 * k * (k + 1.0) * steps * steps > NO_WEIGHT)
            .findFirst()
            .orElse(levels);
    return new ImageCodec(levels, reach);
  }

  /** f = 2 (x + ½) / V - 1: [B,H,W,C] to [B,H,W,C]. */
  public <T extends TFloating> Operand<T> encode(Maths<T> m, Operand<TUint8> images) {
    return centre(m, m.cast(images));
  }

  private <T extends TFloating> Operand<T> centre(Maths<T> m, Operand<T> level) {
    return m.add(m.mul(m.add(level, 0.5), 2.0 / levels), -1);
  }

  /**
   * log p(x | z_0) in nats, the pixels being independent given z_0.
   *
   * @param signal f of the image [B,H,W,C]
   * @param rescaled z_0 / α_0 [B,H,W,C]
   * @param gamma0 γ(0) [B,H,W,C] or [B,1,1,1]
   * @return [B]
   */
  public <T extends TFloating> Operand<T> logProbability(
      Maths<T> m, Operand<T> signal, Operand<T> rescaled, Operand<T> gamma0) {
    long[] shape = signal.shape().asArray();
    Operand<T> f = perLevel(m, signal);
    Operand<T> precision = perLevel(m, m.exp(m.neg(gamma0)));
    boolean all = 2 * reach + 1 >= levels;
    Operand<T> counted = all ? m.vector(values()) : near(m, rescaled); // [V], [B, H, W, C, counted]
    Operand<T> centres = centre(m, counted);
    // Each level's logit less the image's own, -½ ((r - f_v)² - (r - f)²) / σ², as a product: where
    // the image is certain, the value and its gradients are zero, not a difference of large
    // numbers.
    Operand<T> gap = m.sub(f, centres);
    Operand<T> middle = m.sub(m.mul(perLevel(m, rescaled), 2), m.add(f, centres));
    Operand<T> logits = m.mul(m.mul(m.mul(gap, middle), precision), -0.5);
    if (!all) {
      logits = m.add(logits, outside(m, counted));
    }
    Operand<T> largest = m.constantFor(m.maxKeeping(logits, 4));
    Operand<T> sum = m.sum(m.exp(m.sub(logits, largest)), 4);
    Operand<T> partition = m.add(m.log(sum), m.reshape(largest, -1, shape[1], shape[2], shape[3]));
    return m.neg(m.sumPerImage(partition));
  }

  /**
   * The level that is nearest, and so the most likely one [B,H,W,C].
   *
   * @param rescaled z_0 / α_0 [B,H,W,C]
   */
  public <T extends TFloating> Operand<TUint8> nearest(Maths<T> m, Operand<T> rescaled) {
    return m.ops().dtypes.cast(nearestLevel(m, rescaled), TUint8.class);
  }

  private <T extends TFloating> Operand<T> nearestLevel(Maths<T> m, Operand<T> rescaled) {
    Operand<T> level = m.ops().math.floor(m.mul(m.add(rescaled, 1), 0.5 * levels));
    return m.ops().clipByValue(level, m.constant(0), m.constant(levels - 1));
  }

  /** The nearest level and those within reach, some of which an image cannot have. */
  private <T extends TFloating> Operand<T> near(Maths<T> m, Operand<T> rescaled) {
    double[] steps = IntStream.rangeClosed(-reach, reach).asDoubleStream().toArray();
    Operand<T> nearest = m.constantFor(nearestLevel(m, rescaled));
    return m.add(perLevel(m, nearest), m.vector(steps));
  }

  /** The lowest logit for what is not a level, zero for others. */
  private <T extends TFloating> Operand<T> outside(Maths<T> m, Operand<T> level) {
    Ops tf = m.ops();
    Operand<TBool> outside =
        tf.math.logicalOr(
            tf.math.less(level, m.constant(0)), tf.math.greater(level, m.constant(levels - 1)));
    return m.mul(tf.dtypes.cast(outside, m.type()), LOWEST);
  }

  /**
   * A draw of p(x | z_0) by the inverse of its distribution function [B,H,W,C].
   *
   * @param rescaled z_0 / α_0 [B,H,W,C]
   * @param gamma0 γ(0) [B,H,W,C] or [B,1,1,1]
   * @param uniform in (0,1) [B,H,W,C]
   */
  <T extends TFloating> Operand<TUint8> draw(
      Maths<T> m, Operand<T> rescaled, Operand<T> gamma0, Operand<T> uniform) {
    Ops tf = m.ops();
    Operand<T> centres = centre(m, m.vector(values())); // [V]
    Operand<T> distance = m.square(m.sub(perLevel(m, rescaled), centres));
    Operand<T> precision = perLevel(m, m.exp(m.neg(gamma0)));
    Operand<T> logits = m.mul(m.mul(distance, precision), -0.5); // [B, H, W, C, V]
    Operand<T> weights = m.exp(m.sub(logits, m.maxKeeping(logits, 4)));
    Operand<T> upTo = tf.math.cumsum(weights, tf.constant(4));
    Operand<T> drawn = m.mul(perLevel(m, uniform), m.sumKeeping(weights, 4));
    Operand<T> below = tf.dtypes.cast(tf.math.lessEqual(upTo, drawn), m.type());
    Operand<T> level = tf.math.minimum(m.sum(below, 4), m.constant(levels - 1));
    return tf.dtypes.cast(level, TUint8.class);
  }

  private static <T extends TFloating> Operand<T> perLevel(Maths<T> m, Operand<T> x) {
    long[] shape = x.shape().asArray();
    return m.reshape(x, -1, shape[1], shape[2], shape[3], 1);
  }

  private double[] values() {
    return IntStream.range(0, levels).asDoubleStream().toArray();
  }
}
