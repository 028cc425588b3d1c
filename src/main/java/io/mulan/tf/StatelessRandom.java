package io.mulan.tf;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.random.StatelessRandomGetKeyCounter;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TNumber;
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
  private final Operand<TInt64> firstRow;

  /**
   * @param seed scalar, from 0 to 2^31 - 1
   * @param step scalar, from 0 to 2^31 - 1; each step has numbers of its own
   */
  public StatelessRandom(Maths<T> m, Operand<TInt64> seed, Operand<TInt64> step) {
    this(m, seed, step, null);
  }

  private StatelessRandom(
      Maths<T> m, Operand<TInt64> seed, Operand<TInt64> step, Operand<TInt64> firstRow) {
    this.m = m;
    this.tf = m.ops();
    this.seed = seed;
    this.step = step;
    this.firstRow = firstRow;
  }

  /**
   * The same source, whose shapes begin with a number of rows: what row r gets is a function of
   * (seed, step, name, first + r), whatever the number of rows.
   *
   * @param first scalar, from 0 to 2^31 - 1
   */
  public StatelessRandom<T> rows(Operand<TInt64> first) {
    return new StatelessRandom<>(m, seed, step, first);
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
    Operand<TInt32> rows = rowCount(shape);
    Operand<TInt32> count = perRow(shape);
    Operand<TInt32> half = tf.math.floorDiv(tf.math.add(count, tf.constant(1)), tf.constant(2));
    Operand<T> pairs = uniform(name, tf.stack(List.of(rows, tf.constant(2), half)));
    var parts = tf.unstack(pairs, 2L, Unstack.axis(1L)).output(); // [rows, half]
    Operand<T> radius = m.sqrt(m.mul(m.log(parts.get(0)), -2.0));
    Operand<T> angle = m.mul(parts.get(1), 2 * Math.PI);
    Operand<T> both =
        m.concat(1, List.of(m.mul(radius, tf.math.cos(angle)), m.mul(radius, tf.math.sin(angle))));
    return tf.reshape(firstOfRows(both, rows, count), shape);
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

  /** How many rows have numbers of their own: one, where nobody asked for rows (scalar). */
  private Operand<TInt32> rowCount(Operand<TInt32> shape) {
    return firstRow == null
        ? tf.constant(1)
        : tf.reshape(
            tf.slice(shape, tf.constant(new int[] {0}), tf.constant(new int[] {1})),
            tf.constant(new int[0]));
  }

  /** How many numbers a row has (scalar). */
  private Operand<TInt32> perRow(Operand<TInt32> shape) {
    Operand<TInt32> own =
        firstRow == null
            ? shape
            : tf.slice(shape, tf.constant(new int[] {1}), tf.constant(new int[] {-1}));
    return tf.reduceProd(own, tf.constant(0));
  }

  private <U extends TNumber> Operand<U> firstOfRows(
      Operand<U> x, Operand<TInt32> rows, Operand<TInt32> count) {
    return tf.slice(x, tf.constant(new int[] {0, 0}), tf.stack(List.of(rows, count)));
  }

  /** Uniform over all 32-bit integers. */
  private Operand<TInt32> bits(String name, Operand<TInt32> shape) {
    if (firstRow == null) {
      return bits(name, shape, null);
    }
    // Philox makes four numbers of each counter: a row begins with a counter of its own.
    Operand<TInt32> count = perRow(shape);
    Operand<TInt32> counters = tf.math.floorDiv(tf.math.add(count, tf.constant(3)), tf.constant(4));
    Operand<TInt32> rows = rowCount(shape);
    Operand<TInt32> whole = tf.stack(List.of(rows, tf.math.mul(counters, tf.constant(4))));
    Operand<TInt64> skipped = tf.math.mul(firstRow, tf.dtypes.cast(counters, TInt64.class));
    return tf.reshape(firstOfRows(bits(name, whole, skipped), rows, count), shape);
  }

  /**
   * @param skipped counters (scalar); null for none
   */
  private Operand<TInt32> bits(String name, Operand<TInt32> shape, Operand<TInt64> skipped) {
    // XLA sees only the low half of each seed, and plain TensorFlow all of it.
    Operand<TInt64> own = tf.bitwise.bitwiseXor(seed, tf.constant(hash(name) & Integer.MAX_VALUE));
    StatelessRandomGetKeyCounter keyed =
        tf.random.statelessRandomGetKeyCounter(tf.stack(List.of(own, step)));
    // Java has no type for the unsigned key and counter.
    Operand<? extends TType> key = keyed.key();
    Operand<? extends TType> counter = skipped == null ? keyed.counter() : later(keyed, skipped);
    return tf.random.statelessRandomUniformFullIntV2(
        shape, key, counter, tf.constant(PHILOX), TInt32.class);
  }

  /** A counter beyond that of a key: [low, high], unsigned, which Java has no type for. */
  private Operand<? extends TType> later(
      StatelessRandomGetKeyCounter keyed, Operand<TInt64> skipped) {
    Operand<TInt64> signed = tf.bitcast(keyed.counter(), TInt64.class);
    Operand<TInt64> sum = tf.math.add(signed, tf.stack(List.of(skipped, tf.constant(0L))));
    return tf.scope()
        .env()
        .opBuilder("Bitcast", tf.scope().makeOpName("Bitcast"), tf.scope())
        .addInput(sum.asOutput())
        .setAttr("type", DataType.DT_UINT64)
        .build()
        .output(0);
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
