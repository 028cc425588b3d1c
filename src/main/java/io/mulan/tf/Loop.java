package io.mulan.tf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StatelessWhile;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * A loop inside a graph: for i = from, ..., to - 1, the state becomes body(i, state).
 *
 * <p>TensorFlow's functions see nothing but their arguments. Here the body asks for what it needs
 * from around it, and that becomes an argument.
 */
public final class Loop {
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

  /**
   * The state after all rounds, of the same shape.
   *
   * @param from first round (scalar)
   * @param to one after the last (scalar)
   */
  public static <T extends TType> Operand<T> repeat(
      Ops tf, Operand<TInt32> from, Operand<TInt32> to, Operand<T> state, Body<T> body) {
    List<Operand<?>> arguments = new ArrayList<>(List.of(from, to, state));
    try (ConcreteFunction step =
            ConcreteFunction.create(inside -> body(inside, from, to, state, body, arguments));
        ConcreteFunction more = ConcreteFunction.create(inside -> condition(inside, arguments))) {
      return tf.ensureShape(typed(loop(tf, arguments, more, step), state.type()), state.shape());
    }
  }

  /**
   * The operation that {@code tf.whileOp} makes, lowered into the graph around it, as Python's is:
   * as a call of functions it took a third longer.
   */
  private static Operand<?> loop(
      Ops tf, List<Operand<?>> arguments, ConcreteFunction more, ConcreteFunction step) {
    OperationBuilder loop =
        tf.scope()
            .env()
            .opBuilder(StatelessWhile.OP_NAME, tf.scope().makeOpName("loop"), tf.scope());
    loop.addInputList(arguments.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
    loop.setAttr("cond", more);
    loop.setAttr("body", step);
    loop.setAttr("_lower_using_switch_merge", true);
    return loop.build().output(2);
  }

  /**
   * @param arguments of the loop, to which what the body captures is added
   */
  private static <T extends TType> Signature body(
      Ops tf,
      Operand<TInt32> from,
      Operand<TInt32> to,
      Operand<T> state,
      Body<T> body,
      List<Operand<?>> arguments) {
    Operand<TInt32> i = placeholder(tf, from);
    Operand<TInt32> end = placeholder(tf, to);
    Operand<T> now = placeholder(tf, state);
    Around around = new Around(tf);
    Operand<T> next = body.next(around, i, now);
    Signature.Builder signature = Signature.builder("body");
    List<Operand<?>> inputs = new ArrayList<>(List.of(i, end, now));
    inputs.addAll(around.captured.values());
    for (int k = 0; k < inputs.size(); k++) {
      signature.input("in_" + k, inputs.get(k));
    }
    signature.output("out_0", tf.math.add(i, tf.constant(1)));
    signature.output("out_1", tf.identity(end));
    signature.output("out_2", next);
    for (int k = 3; k < inputs.size(); k++) {
      signature.output("out_" + k, tf.identity(inputs.get(k)));
    }
    arguments.addAll(around.captured.keySet());
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
