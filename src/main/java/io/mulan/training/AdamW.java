package io.mulan.training;

import io.mulan.config.TrainingConfig;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** By the moments of each element's gradient (Kingma, Ba 2015; Loshchilov, Hutter 2019). */
final class AdamW<T extends TFloating> implements Optimizer.Rule<T> {
  private static final double EPSILON = 1e-8;

  private final Operand<T> beta1;
  private final Operand<T> beta2;
  private final Operand<T> power1;
  private final Operand<T> power2;
  private final Operand<T> epsilon;

  /**
   * @param done updates made before this one (scalar)
   */
  AdamW(Maths<T> m, TrainingConfig c, Operand<T> done) {
    beta1 = m.constant(c.beta1());
    beta2 = m.constant(c.beta2());
    power1 = m.ops().math.pow(beta1, m.add(done, 1));
    power2 = m.ops().math.pow(beta2, m.add(done, 1));
    // TensorFlow's kernel adds ε to √v before its correction for the start, and the published code
    // after.
    epsilon = m.mul(m.sqrt(m.sub(m.constant(1), power2)), EPSILON);
  }

  @Override
  public Op move(Ops after, Optimizer.Slot<T> slot, Operand<T> rate, Operand<T> gradient) {
    return after.train.resourceApplyAdam(
        slot.weight().handle(),
        slot.first().handle(),
        slot.second().handle(),
        power1,
        power2,
        rate,
        beta1,
        beta2,
        epsilon,
        gradient);
  }
}
