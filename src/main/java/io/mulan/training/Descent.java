package io.mulan.training;

import io.mulan.config.TrainingConfig;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphScope;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * The training step for a loss of any weights: gradients, update, moving average, step counter, as
 * in the training of a model.
 *
 * @param loss before the update (scalar)
 * @param step one update of all weights
 * @param initialize sets every weight to its initial value, by the seed
 * @param averaged the moving averages of the weights
 */
public record Descent<T extends TFloating>(
    Operand<T> loss, Op step, Op initialize, Weights<T> averaged) {

  /** What is to become small. */
  @FunctionalInterface
  public interface Loss<T extends TFloating> {

    /**
     * A scalar.
     *
     * @param random other numbers for each step
     */
    Operand<T> of(Maths<T> m, Weights<T> weights, StatelessRandom<T> random);
  }

  /** Adds it to a graph. */
  public static <T extends TFloating> Descent<T> of(
      Graph graph, Class<T> type, TrainingConfig c, Loss<T> loss) {
    Ops tf = GraphScope.ops(graph);
    Maths<T> m = new Maths<>(tf, type);
    Variables variables = new Variables(graph);
    Variable<TInt64> steps =
        variables.create(RunState.STEP, TInt64.class, Shape.scalar(), tf.constant(0L));
    Maths<T> initial = m.in("initial");
    TrainedWeights<T> weights = new TrainedWeights<>(initial, variables, c.seed());
    Operand<T> value =
        loss.of(
            m, weights, new StatelessRandom<>(m.in("noise"), tf.constant(c.seed()), steps.value()));
    List<Operand<T>> values = new ArrayList<>();
    List<Optimizer.Slot<T>> slots = new ArrayList<>();
    for (Variable<T> weight : List.copyOf(weights.all())) {
      values.add(weight.value());
      slots.add(Optimizer.Slot.create(initial, variables, weight));
    }
    List<Operand<T>> gradients = Gradients.of(m, value, m.constant(1), values);
    Optimizer<T> optimizer = new Optimizer<>(m.in("optimizer"), c);
    List<Op> updates = optimizer.step(steps, slots, gradients, optimizer.norms(gradients));
    return new Descent<>(
        value,
        tf.withControlDependencies(updates).noOp(),
        variables.initializer("initialize"),
        Optimizer.averaged(slots));
  }
}
