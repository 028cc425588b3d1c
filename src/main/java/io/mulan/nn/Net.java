package io.mulan.nn;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/**
 * What a layer is built with: arithmetic, weights, dropout, and the name of the place it stands at.
 *
 * @param scope the layer's path in the tree of weights, such as {@code score_model/mid.block_1}
 */
public record Net<T extends TFloating>(
    Maths<T> m, Weights<T> weights, Dropout<T> dropout, String scope) {

  /** The place {@code name} inside this one. */
  public Net<T> in(String name) {
    String path = scope.isEmpty() ? name : scope + "/" + name;
    return new Net<>(m.in(name), weights, dropout, path);
  }

  /** The same place and weights, in double precision; without dropout. */
  public Net<TFloat64> doubles() {
    Maths<TFloat64> d = m.doubles();
    Weights<TFloat64> cast =
        (name, shape, initializer) -> d.cast(weights.get(name, shape, initializer));
    return new Net<>(d, cast, Dropout.none(), scope);
  }

  /** The weight {@code name} of this place. */
  public Operand<T> weight(String name, Shape shape, Initializer initializer) {
    return weights.get(scope + "/" + name, shape, initializer);
  }

  Operand<T> dropped(Operand<T> x) {
    return dropout.apply(scope, x);
  }
}
