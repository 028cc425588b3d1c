package io.mulan.training;

import io.mulan.nn.Initializer;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/**
 * The one registry of a model's weights: a variable for each name, made when a layer first asks for
 * it.
 */
final class TrainedWeights<T extends TFloating> implements Weights<T> {
  private final Maths<T> m;
  private final Variables variables;
  private final long seed;
  private final SortedMap<String, Variable<T>> byName = new TreeMap<>();

  /**
   * @param seed of the initial values; each weight has a stream of its own, by its name
   */
  TrainedWeights(Maths<T> m, Variables variables, long seed) {
    this.m = m;
    this.variables = variables;
    this.seed = seed;
  }

  @Override
  public Operand<T> get(String name, Shape shape, Initializer initializer) {
    return byName
        .computeIfAbsent(
            name,
            n -> {
              long own = seed ^ StatelessRandom.hash(n);
              return variables.create(n, m.type(), shape, initializer.value(m, shape, own));
            })
        .value();
  }

  /** All variables, sorted by name. */
  Collection<Variable<T>> all() {
    return byName.values();
  }
}
