package io.mulan.training;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.nn.UNet;
import io.mulan.tf.Maths;
import io.mulan.tf.Variables.Variable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * By the orthogonal factor of Nesterov's momentum (Jordan et al. 2024). The second moment stays
 * zero.
 */
final class Muon<T extends TFloating> implements Optimizer.Rule<T> {
  private static final String NETWORK = DiffusionModel.NETWORK + "/";
  private static final double MOMENTUM = 0.95;

  /**
   * Root mean square of what elements move by, over the learning rate: about that of AdamW, so that
   * one rate serves both (Liu et al. 2025, section 2.2).
   */
  private static final double STEP = 0.2;

  private final Maths<T> m;

  Muon(Maths<T> m) {
    this.m = m;
  }

  /** Whether a weight is a kernel of the score network, but not that of its last layer. */
  static boolean moves(Variable<?> weight) {
    return weight.shape().numDimensions() > 1
        && weight.name().startsWith(NETWORK)
        && !weight.name().startsWith(NETWORK + UNet.OUTPUT + "/");
  }

  @Override
  public Op move(Ops after, Optimizer.Slot<T> slot, Operand<T> rate, Operand<T> gradient) {
    Variable<T> first = slot.first();
    Op saved = m.ops().assignVariableOp(first.handle(), towards(gradient, first.value()));
    Operand<T> momentum =
        m.ops().withControlDependencies(saved).readVariableOp(first.handle(), m.type());
    Operand<T> step =
        m.mul(
            OrthogonalFactor.of(m, towards(gradient, momentum)),
            STEP * Math.sqrt(largerSide(slot.weight().shape())));
    return after.train.resourceApplyGradientDescent(slot.weight().handle(), rate, step);
  }

  private Operand<T> towards(Operand<T> gradient, Operand<T> momentum) {
    return m.add(m.mul(momentum, MOMENTUM), m.mul(gradient, 1 - MOMENTUM));
  }

  /** The squares of the elements of an orthogonal factor sum up to its smaller side. */
  private static double largerSide(Shape kernel) {
    long columns = kernel.get(-1);
    return Math.max(columns, kernel.size() / columns);
  }
}
