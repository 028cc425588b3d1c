package io.mulan.flow;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

/**
 * The right-hand side of the probability flow.
 *
 * @param z [B,H,W,C]
 * @param t scalar
 * @param latent c, with the conditions next to it [B,m+k]
 * @param drift dz/dt [B,H,W,C]
 * @param divergence where it was asked for
 */
public record FlowGraph(
    Operand<TFloat64> z,
    Operand<TFloat64> t,
    Operand<TFloat32> latent,
    Operand<TFloat64> drift,
    Optional<Divergence> divergence) {

  /**
   * Hutchinson's estimate of the divergence.
   *
   * @param seed of the probe (scalar)
   * @param draw which probe of that seed (scalar)
   * @param firstRow number of the first image (scalar)
   * @param probe v, a function of the three before it [B,H,W,C]
   * @param value v'Jv, J being the drift's Jacobian by z [B]
   */
  public record Divergence(
      Operand<TInt64> seed,
      Operand<TInt64> draw,
      Operand<TInt64> firstRow,
      Operand<TFloat64> probe,
      Operand<TFloat64> value) {

    private static Divergence build(
        Maths<TFloat64> d, Operand<TFloat64> drift, Operand<TFloat64> z, Probe kind) {
      Ops tf = d.ops();
      Operand<TInt64> seed = Inputs.scalar(tf, "seed");
      Operand<TInt64> draw = Inputs.scalar(tf, "draw");
      Operand<TInt64> firstRow = Inputs.scalar(tf, "first_row");
      StatelessRandom<TFloat64> random = new StatelessRandom<>(d, seed, draw).rows(firstRow);
      Operand<TFloat64> probe = kind.draw(random, "probe", tf.shape(z));
      return new Divergence(seed, draw, firstRow, probe, estimate(d, drift, z, probe));
    }

    /** v'Jv [B]. */
    static Operand<TFloat64> estimate(
        Maths<TFloat64> d, Operand<TFloat64> drift, Operand<TFloat64> z, Operand<TFloat64> probe) {
      Operand<TFloat64> product = Gradients.of(d, drift, probe, List.of(z)).get(0); // v'J
      return d.sumPerImage(d.mul(product, probe));
    }
  }

  /** Adds the vector field to a graph. */
  public static FlowGraph build(
      Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights) {
    return build(m, model, c -> model.reverse(m, weights, c));
  }

  /**
   * Adds the vector field to a graph.
   *
   * @param reverse the way back for latents with the conditions next to them [B,m+k]
   */
  public static FlowGraph build(
      Maths<TFloat32> m,
      DiffusionModel model,
      Function<Operand<TFloat32>, ReverseProcess<TFloat32>> reverse) {
    Ops tf = m.ops();
    ImageShape shape = model.image();
    Operand<TFloat64> z = Inputs.of(tf, "z", TFloat64.class, shape.batch(-1));
    Operand<TFloat64> t = Inputs.of(tf, "t", TFloat64.class);
    Operand<TFloat32> c = Inputs.of(tf, "latent", TFloat32.class, -1, model.withConditionsSize());
    return new FlowGraph(z, t, c, reverse.apply(c).drift(z, t), Optional.empty());
  }

  /** The same with its divergence. */
  public FlowGraph withDivergence(Maths<TFloat32> m, Probe kind) {
    return new FlowGraph(
        z, t, latent, drift, Optional.of(Divergence.build(m.doubles(), drift, z, kind)));
  }
}
