package io.mulan.nn;

import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** Where the masks of dropout come from. */
@FunctionalInterface
public interface Dropout<T extends TFloating> {

  /**
   * Applies dropout.
   *
   * @param name of the place in the network, unique in it
   */
  Operand<T> apply(String name, Operand<T> x);

  /** Evaluation: everything is kept. */
  static <T extends TFloating> Dropout<T> none() {
    return (name, x) -> x;
  }

  /**
   * Training: each value is zeroed with probability {@code rate}, and the others divided by 1 -
   * rate.
   */
  static <T extends TFloating> Dropout<T> random(
      Maths<T> m, StatelessRandom<T> random, double rate) {
    if (rate == 0) {
      return none();
    }
    return (name, x) ->
        m.mul(
            x, m.mul(random.bernoulli("dropout/" + name, 1 - rate, m.shapeOf(x)), 1 / (1 - rate)));
  }
}
