package io.mulan.nn;

import io.mulan.tf.Loop;
import io.mulan.tf.Maths;
import io.mulan.tf.Variables;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/**
 * The weights of a model, by the names of the published checkpoints ({@code
 * score_model/conv_in/kernel}).
 *
 * <p>Layers say the shape and initialiser of what they ask for; the holder of the weights makes
 * them, looks them up or checks them.
 */
@FunctionalInterface
public interface Weights<T extends TFloating> {
  Operand<T> get(String name, Shape shape, Initializer initializer);

  /** The same weights inside a loop. */
  default Weights<T> inside(Loop.Around around) {
    return (name, shape, initializer) -> around.of(get(name, shape, initializer));
  }

  /**
   * A variable for each weight, of the same name, made when a layer first asks for it; zero until
   * something else is assigned to it.
   */
  static <T extends TFloating> Weights<T> zeros(Maths<T> m, Variables variables) {
    Map<String, Operand<T>> values = new HashMap<>();
    return (name, shape, initializer) ->
        values.computeIfAbsent(
            name,
            n -> {
              Operand<T> zeros = m.ops().fill(m.ops().constant(shape.asArray()), m.constant(0));
              return variables.create(n, m.type(), shape, zeros).value();
            });
  }
}
