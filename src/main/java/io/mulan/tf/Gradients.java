package io.mulan.tf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
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
  /** Calls so far in each graph: TensorFlow wants another prefix for each, and names repeat. */
  private static final Map<Graph, Integer> CALLS = Collections.synchronizedMap(new WeakHashMap<>());

  private Gradients() {}

  /**
   * The vector-Jacobian products seed' · dy/dx for each x, zero where y does not depend on x.
   *
   * @param seed of the shape of y; always given, since the default has no second derivative
   */
  public static <T extends TFloating> List<Operand<T>> of(
      Maths<T> m, Operand<T> y, Operand<T> seed, List<? extends Operand<T>> xs) {
    Set<String> below = below(y);
    List<Operand<T>> gradients = new ArrayList<>();
    List<Operand<T>> reached = new ArrayList<>();
    for (Operand<T> x : xs) {
      // TensorFlow refuses an x that y does not come from.
      if (below.contains(x.op().name())) {
        reached.add(x);
      }
    }
    Iterator<Operand<T>> existing = add(m, y, seed, reached).iterator();
    for (Operand<T> x : xs) {
      gradients.add(below.contains(x.op().name()) ? existing.next() : m.ops().zerosLike(x));
    }
    return gradients;
  }

  private static <T extends TFloating> List<Operand<T>> add(
      Maths<T> m, Operand<T> y, Operand<T> seed, List<Operand<T>> xs) {
    if (xs.isEmpty()) {
      return List.of();
    }
    Graph graph = (Graph) m.ops().scope().env();
    Output<?>[] wrt = xs.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    Output<?>[] raw =
        graph.addGradients(
            "gradients_" + CALLS.merge(graph, 1, Integer::sum),
            new Output<?>[] {y.asOutput()},
            wrt,
            new Output<?>[] {seed.asOutput()});
    List<Operand<T>> gradients = new ArrayList<>();
    for (int i = 0; i < raw.length; i++) {
      gradients.add(exists(raw[i]) ? typed(raw[i]) : m.ops().zerosLike(xs.get(i)));
    }
    return gradients;
  }

  /** The names of all operations that y comes from. */
  private static Set<String> below(Operand<?> y) {
    Set<String> seen = new HashSet<>();
    Deque<Operation> todo = new ArrayDeque<>(List.of(y.op()));
    while (!todo.isEmpty()) {
      GraphOperation operation = (GraphOperation) todo.pop();
      if (seen.add(operation.name())) {
        operation.inputs().forEach(input -> todo.push(input.op()));
      }
    }
    return seen;
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
