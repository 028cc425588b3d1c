package io.mulan.benchmark;

import io.mulan.tf.Gradients;
import io.mulan.tf.GraphCost;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Variables;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * How fast this machine is at what networks on images spend their time with, when it has nothing
 * else to do: floating-point operations a second, the best of some runs.
 *
 * @param convolutionFlopsPerSecond of a large 3×3 convolution with its two gradients
 * @param productFlopsPerSecond of a large product of matrices
 */
public record MachinePeak(double convolutionFlopsPerSecond, double productFlopsPerSecond) {
  private static final int RUNS = 10;
  private static final double LONGEST_SECONDS = 2;

  /** A run of this length is long compared with what a session needs for itself. */
  private static final double ENOUGH_SECONDS = 0.1;

  private static final double SMALL = 0.01;
  private static final int SIDE = 32;
  private static final int CHANNELS = 128;
  private static final int MOST_IMAGES = 512;
  private static final int LEAST_ROWS = 512;
  private static final int MOST_ROWS = 8192;

  /** Measures both, of a size that keeps this machine busy. */
  public static MachinePeak measure(Class<? extends TFloating> precision) {
    return new MachinePeak(
        grow(
            1,
            MOST_IMAGES,
            (b, runs) -> convolution(precision, Shape.of(b, SIDE, SIDE, CHANNELS), runs)),
        grow(LEAST_ROWS, MOST_ROWS, (n, runs) -> product(precision, n, runs)));
  }

  /**
   * Operations a second of a 3×3 convolution and its two gradients.
   *
   * @param shape of the images [B,H,W,C]
   */
  static double convolutionOf(Class<? extends TFloating> precision, Shape shape) {
    return convolution(precision, shape, RUNS).speed();
  }

  /**
   * What was run.
   *
   * @param flops counted from the shapes
   * @param seconds of the fastest run
   */
  record Timed(long flops, double seconds) {
    double speed() {
      return flops / seconds;
    }
  }

  /** Something of a size, run so many times. */
  private interface Sized {
    Timed time(int size, int runs);
  }

  /** Twice as large until a run takes long enough; the fastest of all. */
  private static double grow(int least, int most, Sized work) {
    double best = 0;
    for (int size = least; size <= most; size *= 2) {
      Timed once = work.time(size, 1);
      best = Math.max(best, once.speed());
      if (once.seconds() > ENOUGH_SECONDS || 2 * size > most) {
        return Math.max(best, work.time(size, RUNS).speed());
      }
    }
    return best;
  }

  /** A convolution [B,H,W,C] to [B,H,W,C] and its gradients by image and kernel. */
  static <T extends TFloating> Timed convolution(Class<T> precision, Shape shape, int runs) {
    return time(precision, (m, variables) -> convolution(m, variables, shape), runs);
  }

  /** A product [n,n] by [n,n]. */
  static <T extends TFloating> Timed product(Class<T> precision, int n, int runs) {
    return time(precision, (m, variables) -> product(m, variables, n), runs);
  }

  /** What is to be run: it gives a scalar. */
  private interface Work<T extends TFloating> {
    Operand<T> build(Maths<T> m, Variables variables);
  }

  /** The sum of both gradients (scalar): what is not fetched is optimised away. */
  static <T extends TFloating> Operand<T> convolution(
      Maths<T> m, Variables variables, Shape shape) {
    long channels = shape.get(-1);
    Operand<T> x = variable(m, variables, "x", shape);
    Operand<T> kernel = variable(m, variables, "kernel", Shape.of(3, 3, channels, channels));
    Operand<T> y = m.conv2d(x, kernel);
    List<Operand<T>> gradients = Gradients.of(m, y, y, List.of(x, kernel));
    return m.add(total(m, gradients.get(0)), total(m, gradients.get(1)));
  }

  /** The sum of the product (scalar). */
  static <T extends TFloating> Operand<T> product(Maths<T> m, Variables variables, int n) {
    Operand<T> a = variable(m, variables, "a", Shape.of(n, n));
    Operand<T> b = variable(m, variables, "b", Shape.of(n, n));
    return total(m, m.matMul(a, b));
  }

  private static <T extends TFloating> Operand<T> total(Maths<T> m, Operand<T> x) {
    return m.sum(m.reshape(x, -1), 0);
  }

  /** Small normal numbers, in a variable: of a constant the result would be computed once. */
  private static <T extends TFloating> Operand<T> variable(
      Maths<T> m, Variables variables, String name, Shape shape) {
    Ops tf = m.ops();
    Operand<TInt64> zero = tf.constant(0L);
    StatelessRandom<TFloat32> random =
        new StatelessRandom<>(new Maths<>(tf, TFloat32.class), zero, zero);
    int[] dimensions = Arrays.stream(shape.asArray()).mapToInt(Math::toIntExact).toArray();
    Operand<T> values = m.cast(random.normal(name, tf.constant(dimensions)));
    Operand<T> small = m.mul(m.reshape(values, shape.asArray()), SMALL);
    return variables.create(name, m.type(), shape, small).value();
  }

  private static <T extends TFloating> Timed time(Class<T> precision, Work<T> work, int runs) {
    try (Graph graph = new Graph()) {
      Variables variables = new Variables(graph);
      Operand<T> result = work.build(new Maths<>(GraphScope.ops(graph), precision), variables);
      long flops = GraphCost.of(graph, result.op()).flops();
      Op initialize = variables.initializer("initialize");
      try (GraphSession session = GraphSession.open(graph)) {
        session.runner().addTarget(initialize).run().close();
        return new Timed(flops, fastest(session, result, runs));
      }
    }
  }

  /** Seconds; one run more warms up. */
  private static double fastest(GraphSession session, Operand<?> result, int runs) {
    double best = Double.POSITIVE_INFINITY;
    double all = 0;
    for (int i = 0; i <= runs && all < LONGEST_SECONDS; i++) {
      long start = System.nanoTime();
      session.runner().fetch(result).run().close();
      double seconds = (System.nanoTime() - start) / 1e9;
      best = Math.min(best, seconds);
      all += seconds;
    }
    return best;
  }
}
