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
 * @param product multiplies rows by weights
 */
public record Net<T extends TFloating>(
    Maths<T> m, Weights<T> weights, Dropout<T> dropout, String scope, Product<T> product) {

  /** The product of rows [n,in] and the weights of this name [in,out]. */
  @FunctionalInterface
  interface Product<T extends TFloating> {
    Operand<T> of(Maths<T> m, Operand<T> rows, String name, Shape shape, Initializer initializer);
  }

  public Net(Maths<T> m, Weights<T> weights, Dropout<T> dropout, String scope) {
    this(
        m,
        weights,
        dropout,
        scope,
        (at, rows, name, shape, initial) -> at.matMul(rows, weights.get(name, shape, initial)));
  }

  /** The place {@code name} inside this one. */
  public Net<T> in(String name) {
    String path = scope.isEmpty() ? name : scope + "/" + name;
    return new Net<>(m.in(name), weights, dropout, path, product);
  }

  /**
   * The same place and weights, in double precision; without dropout.
   *
   * <p>Gradients of products with weights are no more precise than the weights: they cost half the
   * memory, and TensorFlow has fast products in single precision only.
   */
  public Net<TFloat64> doubles() {
    Maths<TFloat64> d = m.doubles();
    Weights<TFloat64> cast =
        (name, shape, initializer) -> d.cast(weights.get(name, shape, initializer));
    if (m.type() == TFloat64.class) {
      return new Net<>(d, cast, Dropout.none(), scope);
    }
    Maths<T> single = m.productsIn(m.type());
    return new Net<>(
        d,
        cast,
        Dropout.none(),
        scope,
        (at, rows, name, shape, initial) -> {
          Operand<T> weight = weights.get(name, shape, initial);
          // Cast when the rows are there: otherwise all kernels wait for them, in double precision.
          Maths<TFloat64> then = at.with(at.ops().withControlDependencies(rows));
          Operand<TFloat64> exact = at.constantFor(at.matMul(rows, then.cast(weight)));
          Operand<TFloat64> rough = at.cast(single.matMul(single.cast(rows), weight));
          // Zero, with the gradient.
          return at.add(exact, at.sub(rough, at.constantFor(rough)));
        });
  }

  /** The weight {@code name} of this place. */
  public Operand<T> weight(String name, Shape shape, Initializer initializer) {
    return weights.get(scope + "/" + name, shape, initializer);
  }

  /** The product of rows [n,in] and the weights {@code name} of this place [in,out]. */
  Operand<T> product(Operand<T> rows, String name, Shape shape, Initializer initializer) {
    return product.of(m, rows, scope + "/" + name, shape, initializer);
  }

  Operand<T> dropped(Operand<T> x) {
    return dropout.apply(scope, x);
  }
}
