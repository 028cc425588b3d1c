package io.mulan.compression;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Posterior;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The laws of the chain of T steps, z_0 to z_1 at the times i/T.
 *
 * @param images levels [B,H,W,C]
 * @param conditions what the model is conditioned on [B,k]; empty if nothing
 * @param natural the natural parameters of q(c given x) [B,d]
 * @param kl of q(c given x) to p(c) in nats [B]
 * @param latent c, followed by the conditions [B,m+k]
 * @param steps T (scalar)
 * @param step i (scalar)
 * @param z at time i/T [B,H,W,C]
 * @param mean of p(z at time (i-1)/T given z, c) [B,H,W,C]
 * @param first link of signal and z_0, as {@link ReverseProcess#firstLink} has it [1,3,B,H,W,C]
 * @param links of the {@link #LINKS} steps i, i+1, ...; those after T are the last one's
 *     [LINKS,3,B,H,W,C]
 */
public record ChainGraph(
    Operand<TUint8> images,
    Optional<Operand<TFloat32>> conditions,
    Operand<TFloat32> natural,
    Operand<TFloat32> kl,
    Operand<TFloat32> latent,
    Operand<TInt32> steps,
    Operand<TInt32> step,
    Operand<TFloat64> z,
    Operand<TFloat64> mean,
    Operand<TFloat64> first,
    Operand<TFloat64> links) {

  /** How many links are computed together: the schedule's hidden layers are the same for all. */
  static final int LINKS = 8;

  /** Adds it to a graph. */
  public static ChainGraph build(
      Maths<TFloat32> m, DiffusionModel unconditioned, Weights<TFloat32> weights) {
    Ops tf = m.ops();
    DiffusionModel model = unconditioned.givenInput(tf, -1);
    Maths<TFloat64> d = m.doubles();
    ImageShape shape = model.image();
    long[] batch = shape.batch(-1);
    Operand<TUint8> images = Inputs.of(tf, "images", TUint8.class, batch);
    Operand<TFloat32> c = Inputs.of(tf, "latent", TFloat32.class, -1, model.withConditionsSize());
    Operand<TFloat64> z = Inputs.of(tf, "z", TFloat64.class, batch);
    Operand<TInt32> steps = Inputs.of(tf, "steps", TInt32.class);
    Operand<TInt32> step = Inputs.of(tf, "step", TInt32.class);
    Posterior<TFloat32> posterior = model.posterior(m, weights, images);
    ReverseProcess<TFloat32> reverse = model.reverse(m, weights, c);
    List<Operand<TFloat64>> links = new ArrayList<>();
    for (int k = 0; k < LINKS; k++) {
      Operand<TInt32> i = tf.math.minimum(tf.math.add(step, tf.constant(k)), steps);
      links.add(stacked(d, reverse.link(time(d, before(tf, i), steps), time(d, i, steps))));
    }
    return new ChainGraph(
        images,
        model.conditions(),
        posterior.natural(),
        posterior.kl(),
        c,
        steps,
        step,
        z,
        reverse.mean(z, time(d, step, steps), time(d, before(tf, step), steps)),
        tf.stack(List.of(stacked(d, reverse.firstLink()))),
        tf.stack(links));
  }

  private static Operand<TInt32> before(Ops tf, Operand<TInt32> i) {
    return tf.math.sub(i, tf.constant(1));
  }

  /** i/T. */
  private static Operand<TFloat64> time(
      Maths<TFloat64> d, Operand<TInt32> i, Operand<TInt32> steps) {
    return d.div(d.cast(i), d.cast(steps));
  }

  private static Operand<TFloat64> stacked(Maths<TFloat64> d, ReverseProcess.Link link) {
    return d.ops().stack(List.of(link.ratio(), link.up(), link.down()));
  }
}
