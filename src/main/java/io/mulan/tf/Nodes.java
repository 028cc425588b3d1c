package io.mulan.tf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.tensorflow.proto.NodeDef;

/** How the nodes of a graph hang together. */
final class Nodes {
  private static final String CONTROL = "^";

  private Nodes() {}

  /** The operation that an input comes from: of {@code ^before} and {@code sums:1} too. */
  static String source(String input) {
    int output = input.indexOf(':');
    return input.substring(isControl(input) ? 1 : 0, output < 0 ? input.length() : output);
  }

  /** Which output of that operation an input is: 1 of {@code sums:1}, 0 of {@code sums}. */
  static int output(String input) {
    int output = input.indexOf(':');
    return output < 0 ? 0 : Integer.parseInt(input.substring(output + 1));
  }

  /** Whether an input has no value, only an operation that runs before. */
  static boolean isControl(String input) {
    return input.startsWith(CONTROL);
  }

  /** The input that makes an operation run before. */
  static String control(String operation) {
    return CONTROL + operation;
  }

  /** Some nodes and all that are reached from them. */
  static <T> Set<T> reached(
      Collection<? extends T> from, Function<T, ? extends Collection<? extends T>> next) {
    Set<T> reached = new HashSet<>(from);
    Deque<T> open = new ArrayDeque<>(reached);
    while (!open.isEmpty()) {
      for (T node : next.apply(open.pop())) {
        if (reached.add(node)) {
          open.push(node);
        }
      }
    }
    return reached;
  }

  /**
   * Sums of two, one after another in the order of the inputs.
   *
   * @param pair a sum without inputs, with the name of the last
   * @param result what the name of a sum's output has after that of the sum
   */
  static List<NodeDef> chain(NodeDef pair, List<String> inputs, String result) {
    List<NodeDef> sums = new ArrayList<>();
    String partial = inputs.get(0);
    for (int i = 1; i < inputs.size(); i++) {
      boolean last = i == inputs.size() - 1;
      NodeDef next =
          pair.toBuilder()
              .setName(last ? pair.getName() : pair.getName() + "/first_" + (i + 1))
              .addInput(partial)
              .addInput(inputs.get(i))
              .build();
      sums.add(next);
      partial = next.getName() + result;
    }
    return sums;
  }
}
