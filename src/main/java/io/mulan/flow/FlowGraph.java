package io.mulan.flow;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphPart;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.OrderedSums;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * The right-hand side of the probability flow, and Hutchinson's estimate of its divergence.
 *
 * @param z [B,H,W,C]
 * @param t scalar
 * @param latent c [B,m]
 * @param seed of the probe (scalar)
 * @param draw which probe of that seed (scalar)
 * @param firstRow where in it the batch begins (scalar)
 * @param probe v, a function of the three before it [B,H,W,C]
 * @param drift dz/dt [B,H,W,C]
 * @param divergence v'Jv, J being the drift's Jacobian by z [B]
 */
public record FlowGraph(
    Operand<TFloat64> z,
    Operand<TFloat64> t,
    Operand<TFloat32> latent,
    Operand<TInt64> seed,
    Operand<TInt64> draw,
    Operand<TInt64> firstRow,
    Operand<TFloat64> probe,
    Operand<TFloat64> drift,
    Operand<TFloat64> divergence)
    implements GraphPart<FlowGraph> {

  /** Adds it to a graph. */
  public static FlowGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights, Probe kind) {
    return build(m, model, weights, null, kind);
  }

  /**
   * Adds it to a graph.
   *
   * @param context what the network sees where it does not see the latent [B,1]: the published code
   *     has ones in places; null for zeros
   */
  public static FlowGraph build(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      Operand<TFloat32> context,
      Probe kind) {
    Ops tf = m.ops();
    Maths<TFloat64> d = m.doubles();
    ImageShape shape = model.image();
    Operand<TFloat64> z =
        Inputs.of(tf, "z", TFloat64.class, -1, shape.height(), shape.width(), shape.channels());
    Operand<TFloat64> t = Inputs.of(tf, "t", TFloat64.class);
    Operand<TFloat32> c = Inputs.of(tf, "latent", TFloat32.class, -1, model.latentSize());
    Operand<TInt64> seed = Inputs.scalar(tf, "seed");
    Operand<TInt64> draw = Inputs.scalar(tf, "draw");
    Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
    StatelessRandom<TFloat64> random = new StatelessRandom<>(d, seed, draw).rows(firstRow);
    Operand<TFloat64> probe = kind.draw(random, "probe", tf.shape(z));
    var reverse =
        context == null ? model.reverse(m, weights, c) : model.reverse(m, weights, c, context);
    Operand<TFloat64> drift = reverse.drift(z, t);
    return new FlowGraph(
        z, t, c, seed, draw, firstRow, probe, drift, divergence(d, drift, z, probe));
  }

  private static <T extends TFloating> Operand<T> divergence(
      Maths<T> m, Operand<T> drift, Operand<T> z, Operand<T> probe) {
    Operand<T> product = Gradients.of(m, drift, probe, List.of(z)).get(0); // v'J
    return m.sumPerImage(m.mul(product, probe));
  }

  @Override
  public FlowGraph in(OrderedSums copy) {
    return new FlowGraph(
        copy.of(z),
        copy.of(t),
        copy.of(latent),
        copy.of(seed),
        copy.of(draw),
        copy.of(firstRow),
        copy.of(probe),
        copy.of(drift),
        copy.of(divergence));
  }
}
