package io.mulan.tf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.types.family.TFloating;

/** Automatic differentiation in a graph, of any order that TensorFlow's operations allow. */
public final class Gradients {
  private static final String PREFIX = "gradients_";

  /** What was made in each graph. */
  private static final Map<Graph, Made> MADE = Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * Gradients in a graph.
   *
   * @param calls so far: TensorFlow wants another prefix for each, and names repeat
   * @param results the names of the operations that were returned
   */
  private record Made(AtomicInteger calls, Set<String> results) {}

  private Gradients() {}

  /**
   * The vector-Jacobian products seed' · dy/dx for each x, zero where y does not depend on x.
   *
   * @param seed of the shape of y; always given, since the default has no second derivative
   */
  public static <T extends TFloating> List<Operand<T>> of(
      Maths<T> m, Operand<T> y, Operand<T> seed, List<? extends Operand<T>> xs) {
    Set<Operation> below =
        Nodes.reached(
            Set.of(y.op()),
            op -> ((GraphOperation) op).inputs().stream().map(Operand::op).toList());
    List<Operand<T>> gradients = new ArrayList<>();
    List<Operand<T>> reached = new ArrayList<>();
    for (Operand<T> x : xs) {
      // TensorFlow refuses an x that y does not come from.
      if (below.contains(x.op())) {
        reached.add(x);
      }
    }
    Iterator<Operand<T>> existing = add(m, y, seed, reached).iterator();
    for (Operand<T> x : xs) {
      gradients.add(below.contains(x.op()) ? existing.next() : m.ops().zerosLike(x));
    }
    return gradients;
  }

  private static <T extends TFloating> List<Operand<T>> add(
      Maths<T> m, Operand<T> y, Operand<T> seed, List<Operand<T>> xs) {
    if (xs.isEmpty()) {
      return List.of();
    }
    Graph graph = (Graph) m.ops().scope().env();
    Made made =
        MADE.computeIfAbsent(
            graph, g -> new Made(new AtomicInteger(), ConcurrentHashMap.newKeySet()));
    Output<?>[] wrt = xs.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    Output<?>[] raw =
        graph.addGradients(
            PREFIX + made.calls().incrementAndGet(),
            new Output<?>[] {y.asOutput()},
            wrt,
            new Output<?>[] {seed.asOutput()});
    List<Operand<T>> gradients = new ArrayList<>();
    for (int i = 0; i < raw.length; i++) {
      if (exists(raw[i])) {
        made.results().add(raw[i].op().name());
        gradients.add(typed(raw[i]));
      } else {
        gradients.add(m.ops().zerosLike(xs.get(i)));
      }
    }
    return gradients;
  }

  /** The names of the operations in a graph that were returned as gradients. */
  static Set<String> results(Graph graph) {
    Made made = MADE.get(graph);
    return made == null ? Set.of() : Set.copyOf(made.results());
  }

  /** Whether an operation of this name was added by TensorFlow for a gradient. */
  static boolean isInside(String name) {
    return name.startsWith(PREFIX);
  }

  /**
   * The derivative of a function of t along t, for each of its outputs: dy/dt · 1, of the shape of
   * y.
   *
   * <p>A Jacobian-vector product made of two vector-Jacobian products: g(u) = u' · dy/dt is linear
   * in u, so its own derivative with respect to u, along 1, is the forward derivative. It holds for
   * any function, whatever its outputs share, and can be differentiated again.
   */
  public static <T extends TFloating> Operand<T> along(
      Maths<T> m, UnaryOperator<Operand<T>> function, Operand<T> t) {
    Operand<T> y = function.apply(t);
    Operand<T> u = m.ops().zerosLike(y);
    Operand<T> g = of(m, y, u, List.of(t)).get(0);
    // Not OnesLike, which has no gradient in TensorFlow's C++.
    Operand<T> ones = m.add(m.ops().zerosLike(t), 1);
    return of(m, g, ones, List.of(u)).get(0);
  }

  /** For an x that y does not depend on, TensorFlow returns an output without an operation. */
  private static boolean exists(Output<?> gradient) {
    TF_Operation handle = ((GraphOperation) gradient.op()).getUnsafeNativeHandle();
    return handle != null && !handle.isNull();
  }

  @SuppressWarnings("unchecked")
  private static <T extends TFloating> Operand<T> typed(Output<?> output) {
    return (Operand<T>) output;
  }
}
