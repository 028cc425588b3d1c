package io.mulan.nn;

import io.mulan.tf.Loop;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/**
 * The weights of a model, by the names of the published checkpoints ({@code
 * score_model/conv_in/kernel}).
 *
 * <p>Layers say the shape and initialiser of what they ask for; whoever holds the weights makes
 * them, looks them up or checks them.
 */
@FunctionalInterface
public interface Weights<T extends TFloating> {
  Operand<T> get(String name, Shape shape, Initializer initializer);

  /** The same weights inside a loop. */
  default Weights<T> inside(Loop.Around around) {
    return (name, shape, initializer) -> around.of(get(name, shape, initializer));
  }
}
