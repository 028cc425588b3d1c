package io.mulan.tf;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.random.StatelessRandomGetKeyCounter;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Random numbers that are a pure function of (seed, step, name).
 *
 * <p>They are made from raw Philox bits with ordinary arithmetic, since compiled and plain
 * TensorFlow turn bits into numbers differently: so a run that is compiled, resumed or repeated
 * sees the same noise. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 */
public final class StatelessRandom<T extends TFloating> {
  private static final int PHILOX = 1;

  /** The chance that all rounds reject is below 0.05^8 = 4e-11. */
  private static final int GAMMA_ROUNDS = 8;

  private final Maths<T> m;
  private final Ops tf;
  private final Operand<TInt64> seed;
  private final Operand<TInt64> step;

  /**
   * @param seed scalar, from 0 to 2^31 - 1
   * @param step scalar, from 0 to 2^31 - 1; each step has numbers of its own
   */
  public StatelessRandom(Maths<T> m, Operand<TInt64> seed, Operand<TInt64> step) {
    this.m = m;
    this.tf = m.ops();
    this.seed = seed;
    this.step = step;
  }

  public Maths<T> maths() {
    return m;
  }

  public Ops ops() {
    return tf;
  }

  /** Uniform in (0,1), both ends excluded; 2^23 values. */
  public Operand<T> uniform(String name, Operand<TInt32> shape) {
    Operand<TInt32> low = tf.bitwise.bitwiseAnd(bits(name, shape), tf.constant((1 << 23) - 1));
    return m.mul(m.add(m.cast(low), 0.5), 1.0 / (1 << 23));
  }

  /** Standard normal, by Box and Muller: both numbers of a pair are used. */
  public Operand<T> normal(String name, Operand<TInt32> shape) {
    Operand<TInt32> count = tf.reduceProd(shape, tf.constant(0));
    Operand<TInt32> half = tf.math.floorDiv(tf.math.add(count, tf.constant(1)), tf.constant(2));
    Operand<T> pairs = uniform(name, tf.stack(List.of(tf.constant(2), half)));
    var parts = tf.unstack(pairs, 2L).output();
    Operand<T> radius = m.sqrt(m.mul(m.log(parts.get(0)), -2.0));
    Operand<T> angle = m.mul(parts.get(1), 2 * Math.PI);
    Operand<T> both =
        m.concat(0, List.of(m.mul(radius, tf.math.cos(angle)), m.mul(radius, tf.math.sin(angle))));
    Operand<T> needed = tf.slice(both, tf.constant(new int[] {0}), tf.stack(List.of(count)));
    return tf.reshape(needed, shape);
  }

  /** Standard Gumbel: -log(-log U). */
  public Operand<T> gumbel(String name, Operand<TInt32> shape) {
    return m.neg(m.log(m.neg(m.log(uniform(name, shape)))));
  }

  /**
   * Gamma of shape alpha and scale 1, for 0 &lt; alpha &lt;= 1: Gamma(alpha) = Gamma(alpha + 1)
   * U^(1/alpha), with the rejection method of Marsaglia and Tsang (2000) in a fixed number of
   * rounds, so that it can be compiled.
   */
  public Operand<T> gamma(String name, double alpha, Operand<TInt32> shape) {
    double d = alpha + 1 - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    Operand<T> accepted = tf.fill(shape, m.constant(d));
    for (int round = GAMMA_ROUNDS - 1; round >= 0; round--) {
      Operand<T> x = normal(name + "/normal_" + round, shape);
      Operand<T> logU = m.log(uniform(name + "/uniform_" + round, shape));
      Operand<T> root = m.add(m.mul(x, c), 1);
      Operand<T> v = m.mul(m.square(root), root);
      Operand<TBool> positive = tf.math.greater(v, m.constant(0));
      Operand<T> logV = m.log(tf.select(positive, v, tf.onesLike(v)));
      // log u < x²/2 + d - d v + d log v
      Operand<T> bound = m.add(m.mul(m.square(x), 0.5), m.mul(m.add(m.sub(logV, v), 1), d));
      Operand<TBool> accept = tf.math.logicalAnd(positive, tf.math.less(logU, bound));
      accepted = tf.select(accept, m.mul(v, d), accepted);
    }
    Operand<T> boost = m.exp(m.mul(m.log(uniform(name + "/boost", shape)), 1 / alpha));
    return m.mul(accepted, boost);
  }

  /** One with probability {@code p}, else zero. */
  public Operand<T> bernoulli(String name, double p, Operand<TInt32> shape) {
    long threshold = Integer.MIN_VALUE + Math.round(p * 0x1p32);
    int limit = (int) Math.min(Integer.MAX_VALUE, threshold);
    return m.cast(tf.dtypes.cast(tf.math.less(bits(name, shape), tf.constant(limit)), m.type()));
  }

  /** Uniform over all 32-bit integers. */
  private Operand<TInt32> bits(String name, Operand<TInt32> shape) {
    // XLA sees only the low half of each seed, and plain TensorFlow all of it.
    Operand<TInt64> own = tf.bitwise.bitwiseXor(seed, tf.constant(hash(name) & Integer.MAX_VALUE));
    StatelessRandomGetKeyCounter keyed =
        tf.random.statelessRandomGetKeyCounter(tf.stack(List.of(own, step)));
    // Java has no type for the unsigned key and counter.
    Operand<? extends TType> key = keyed.key();
    Operand<? extends TType> counter = keyed.counter();
    return tf.random.statelessRandomUniformFullIntV2(
        shape, key, counter, tf.constant(PHILOX), TInt32.class);
  }

  /** FNV-1a with a final mix: the same on every machine, unlike an object's hash code. */
  public static long hash(String name) {
    long h = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (b & 0xff)) * 0x100000001b3L;
    }
    h = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
    h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
    return h ^ (h >>> 31);
  }
}
