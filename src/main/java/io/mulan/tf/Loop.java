package io.mulan.tf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StatelessWhile;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Loops inside a graph.
 *
 * <p>TensorFlow's functions see nothing but their arguments. Here the body asks for what it needs
 * from around it, and that becomes an argument.
 */
public final class Loop {
  /** Loop variables before the state: the round and the end. */
  private static final int COUNTERS = 2;

  /** As in TensorFlow. */
  private static final int MANY_AT_ONCE = 10;

  private Loop() {}

  /** What the body is built with. */
  public static final class Around {
    private final Ops tf;
    private final Map<Operand<?>, Operand<?>> captured = new LinkedHashMap<>();

    private Around(Ops tf) {
      this.tf = tf;
    }

    /** Builds operations of the body. */
    public Ops ops() {
      return tf;
    }

    /** The value, inside the body, of an operand from around the loop. */
    @SuppressWarnings("unchecked")
    public <T extends TType> Operand<T> of(Operand<T> outer) {
      return (Operand<T>) captured.computeIfAbsent(outer, o -> placeholder(tf, o));
    }
  }

  /** One round. */
  @FunctionalInterface
  public interface Body<T extends TType> {

    /**
     * The next state.
     *
     * @param i number of the round (scalar)
     */
    Operand<T> next(Around around, Operand<TInt32> i, Operand<T> state);
  }

  /** One round of sums. */
  @FunctionalInterface
  public interface Terms<T extends TFloating> {

    /**
     * What the round adds to each sum, of known shapes.
     *
     * @param i number of the round (scalar)
     */
    List<Operand<T>> of(Around around, Operand<TInt32> i);
  }

  /**
   * The state after all rounds, of the same shape: for i = from, ..., to - 1 it becomes body(i,
   * state).
   *
   * @param from first round (scalar)
   * @param to one after the last (scalar)
   */
  public static <T extends TType> Operand<T> repeat(
      Ops tf, Operand<TInt32> from, Operand<TInt32> to, Operand<T> state, Body<T> body) {
    List<Operand<?>> end =
        run(
            tf,
            from,
            to,
            MANY_AT_ONCE,
            (around, i, states) -> states.next(body.next(around, i, states.startingAs(state))));
    return tf.ensureShape(typed(end.get(0), state.type()), state.shape());
  }

  /**
   * The sums over rounds 0, ..., {@code rounds} - 1 of what each gives, one after another: each has
   * the memory to itself.
   */
  public static <T extends TFloating> List<Operand<T>> sums(
      Maths<T> m, int rounds, Terms<T> terms) {
    Ops tf = m.ops();
    List<Operand<?>> sums =
        run(
            tf,
            tf.constant(0),
            tf.constant(rounds),
            1,
            (around, i, states) -> {
              for (Operand<T> term : terms.of(around, i)) {
                Operand<T> zero = tf.fill(tf.constant(term.shape().asArray()), m.constant(0));
                states.next(around.ops().math.add(states.startingAs(zero), term));
              }
            });
    return sums.stream().map(sum -> typed(sum, m.type())).toList();
  }

  /** The states of a loop, while its body is built. */
  private static final class States {
    private final Ops inside;
    private final List<Operand<?>> first = new ArrayList<>();
    private final List<Operand<?>> now = new ArrayList<>();
    private final List<Operand<?>> next = new ArrayList<>();

    private States(Ops inside) {
      this.inside = inside;
    }

    /** The present value of a further state, given its first, from around the loop. */
    <T extends TType> Operand<T> startingAs(Operand<T> value) {
      Operand<T> present = placeholder(inside, value);
      first.add(value);
      now.add(present);
      return present;
    }

    /** Says what the state named last becomes. */
    void next(Operand<?> value) {
      next.add(value);
    }
  }

  @FunctionalInterface
  private interface Round {
    void build(Around around, Operand<TInt32> i, States states);
  }

  /**
   * The states after all rounds.
   *
   * @param atOnce rounds that may be under way at the same time, as far as they don't need each
   *     other
   */
  private static List<Operand<?>> run(
      Ops tf, Operand<TInt32> from, Operand<TInt32> to, int atOnce, Round round) {
    List<Operand<?>> arguments = new ArrayList<>(List.of(from, to));
    int[] states = new int[1];
    try (ConcreteFunction step =
            ConcreteFunction.create(inside -> body(named(inside), round, arguments, states));
        ConcreteFunction more =
            ConcreteFunction.create(inside -> condition(named(inside), arguments))) {
      // The operation that tf.whileOp makes, lowered into the graph around it, as Python's is: as
      // a call of functions it took a third longer.
      OperationBuilder loop =
          tf.scope()
              .env()
              .opBuilder(StatelessWhile.OP_NAME, tf.scope().makeOpName("loop"), tf.scope());
      loop.addInputList(arguments.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
      loop.setAttr("cond", more);
      loop.setAttr("body", step);
      loop.setAttr("_lower_using_switch_merge", true);
      loop.setAttr("parallel_iterations", atOnce);
      var operation = loop.build();
      List<Operand<?>> end = new ArrayList<>();
      for (int k = 0; k < states[0]; k++) {
        end.add(operation.output(COUNTERS + k));
      }
      return end;
    }
  }

  private static Ops named(Ops inside) {
    return GraphScope.ops((Graph) inside.scope().env());
  }

  /**
   * @param arguments of the loop, to which states and what the body captures are added
   * @param states receives their number
   */
  private static Signature body(Ops tf, Round round, List<Operand<?>> arguments, int[] states) {
    Operand<TInt32> i = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
    Operand<TInt32> end = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
    Around around = new Around(tf);
    States built = new States(tf);
    round.build(around, i, built);

    List<Operand<?>> inputs = new ArrayList<>(List.of(i, end));
    inputs.addAll(built.now);
    inputs.addAll(around.captured.values());
    List<Operand<?>> outputs = new ArrayList<>(List.of(tf.math.add(i, tf.constant(1))));
    outputs.add(tf.identity(end));
    outputs.addAll(built.next);
    around.captured.values().forEach(unchanged -> outputs.add(tf.identity(unchanged)));
    Signature.Builder signature = Signature.builder("body");
    for (int k = 0; k < inputs.size(); k++) {
      signature.input("in_" + k, inputs.get(k));
      signature.output("out_" + k, outputs.get(k));
    }
    arguments.addAll(built.first);
    arguments.addAll(around.captured.keySet());
    states[0] = built.first.size();
    return signature.build();
  }

  private static Signature condition(Ops tf, List<Operand<?>> arguments) {
    Signature.Builder signature = Signature.builder("condition");
    List<Operand<?>> inputs = new ArrayList<>();
    for (int k = 0; k < arguments.size(); k++) {
      inputs.add(placeholder(tf, arguments.get(k)));
      signature.input("in_" + k, inputs.get(k));
    }
    Operand<TInt32> i = typed(inputs.get(0), TInt32.class);
    Operand<TInt32> end = typed(inputs.get(1), TInt32.class);
    return signature.output("more", tf.math.less(i, end)).build();
  }

  private static <T extends TType> Operand<T> placeholder(Ops tf, Operand<T> outer) {
    return tf.placeholder(outer.type(), Placeholder.shape(outer.shape()));
  }

  @SuppressWarnings("unchecked")
  private static <T extends TType> Operand<T> typed(Operand<?> x, Class<T> type) {
    if (x.type() != type) {
      throw new IllegalStateException("a loop variable is a " + x.type() + ", not a " + type);
    }
    return (Operand<T>) x;
  }
}
