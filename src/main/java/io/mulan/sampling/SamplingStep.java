package io.mulan.sampling;

import io.mulan.diffusion.Chain;
import io.mulan.diffusion.ReverseProcess.Denoised;
import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/** A step from time t to an earlier time s. */
@FunctionalInterface
public interface SamplingStep {
  /**
   * z_s [B,H,W,C].
   *
   * @param now what the network makes of z_t
   * @param before x̂ of the step before [B,H,W,C]; the first step must not depend on it
   */
  Operand<TFloat64> next(Chain.Step<?> step, Denoised now, Operand<TFloat64> before);

  /**
   * Makes steps, as a loop in the graph, and gives z after them and x̂ of the last [2,B,H,W,C].
   *
   * @param clip whether x̂ is kept in the range of images (scalar)
   * @param from first step (scalar)
   * @param to one after the last (scalar)
   * @param z before them [B,H,W,C]
   * @param before x̂ of the step before [B,H,W,C]
   */
  default Operand<TFloat64> run(
      Chain<?> chain,
      Operand<TBool> clip,
      Operand<TInt32> from,
      Operand<TInt32> to,
      Operand<TFloat64> z,
      Operand<TFloat64> before) {
    return chain.run(
        from,
        to,
        chain.m().ops().stack(List.of(z, before)),
        (step, state) -> {
          Ops tf = step.d().ops();
          List<Operand<TFloat64>> parts = List.copyOf(tf.unstack(state, 2L).output());
          Chain.Step<?> clipped = step.clipped(clip);
          Denoised now = clipped.reverse().denoise(parts.get(0), step.from());
          return tf.stack(List.of(next(clipped, now, parts.get(1)), now.signal()));
        });
  }

  /** The state's z. */
  static Operand<TFloat64> z(Maths<TFloat64> d, Operand<TFloat64> state) {
    return d.ops().unstack(state, 2L).output().get(0);
  }
}
