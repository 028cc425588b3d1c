package io.mulan.flow;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.nn.Weights;
import io.mulan.tf.Loop;
import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/**
 * The probability flow from t = 0 to t = 1 with its divergence, in a fixed number of steps of the
 * classical Runge-Kutta method of order four, as a loop inside the graph. A round of the loop is
 * one of a step's four evaluations, so that the network is there once.
 *
 * @param latent c, with the conditions next to it [B,m+k]
 * @param probe v of Hutchinson's estimate [B,H,W,C]
 * @param steps of four evaluations each (scalar)
 */
public record RungeKutta(
    Maths<TFloat32> m,
    DiffusionModel model,
    Weights<TFloat32> weights,
    Operand<TFloat32> latent,
    Operand<TFloat64> probe,
    Operand<TInt32> steps) {
  private static final int STAGES = 4;

  /** Where in a step each evaluation is. */
  private static final double[] PLACES = {0, 0.5, 0.5, 1};

  /** How much each counts in a step. */
  private static final double[] SHARES = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};

  /** How far along it the next one is taken; after the last another step begins. */
  private static final double[] REACHES = {0.5, 0.5, 1, 0};

  /**
   * The end of a path.
   *
   * @param z z_1 [B,H,W,C]
   * @param divergence its integral along the path [B]
   */
  public record End(Operand<TFloat64> z, Operand<TFloat64> divergence) {}

  /**
   * Follows the flow.
   *
   * @param z0 [B,H,W,C]
   */
  public End follow(Operand<TFloat64> z0) {
    Ops tf = m.ops();
    Maths<TFloat64> d = m.doubles();
    Operand<TFloat64> none = d.mul(d.column(d.flatten(z0), 0), 0);
    Operand<TFloat64> start = d.concat(1, List.of(d.flatten(z0), none)); // [B, n+1]
    Operand<TFloat64> state = tf.stack(List.of(start, tf.zerosLike(start), start));
    Operand<TInt32> rounds = tf.math.mul(steps, tf.constant(STAGES));
    Operand<TFloat64> end = Loop.repeat(tf, tf.constant(0), rounds, state, this::round);
    Operand<TFloat64> last = tf.gather(end, tf.constant(0), tf.constant(0));
    int n = model.image().size();
    return new End(image(d, last), d.reshape(d.column(last, n), -1));
  }

  /**
   * One evaluation.
   *
   * @param state z and divergence at the beginning of the step, how much is to be added to them,
   *     and where to evaluate [3,B,n+1]
   */
  private Operand<TFloat64> round(Loop.Around around, Operand<TInt32> i, Operand<TFloat64> state) {
    Ops tf = around.ops();
    Maths<TFloat32> inside = new Maths<>(tf, TFloat32.class);
    Maths<TFloat64> d = inside.doubles();
    Operand<TInt32> step = tf.math.floorDiv(i, tf.constant(STAGES));
    Operand<TInt32> stage = tf.math.sub(i, tf.math.mul(step, tf.constant(STAGES)));
    Operand<TFloat64> all = d.cast(around.of(steps));
    Operand<TFloat64> t = d.div(d.add(d.cast(step), of(d, PLACES, stage)), all);

    List<Operand<TFloat64>> parts = List.copyOf(tf.unstack(state, 3L).output());
    Operand<TFloat64> z = image(d, parts.get(2));
    Operand<TFloat64> drift =
        model.reverse(inside, weights.inside(around), around.of(latent)).drift(z, t);
    Operand<TFloat64> divergence = FlowGraph.Divergence.estimate(d, drift, z, around.of(probe));
    Operand<TFloat64> slope =
        d.div(d.concat(1, List.of(d.flatten(drift), d.reshape(divergence, -1, 1))), all);

    Operand<TFloat64> begun = parts.get(0);
    Operand<TFloat64> sum = d.add(parts.get(1), d.mul(slope, of(d, SHARES, stage)));
    Operand<TFloat64> next = d.add(begun, d.mul(slope, of(d, REACHES, stage)));
    Operand<TFloat64> ended = d.add(begun, sum);
    Operand<TBool> last = tf.math.equal(stage, tf.constant(STAGES - 1));
    return tf.stack(
        List.of(
            tf.select(last, ended, begun),
            tf.select(last, tf.zerosLike(sum), sum),
            tf.select(last, ended, next)));
  }

  private static Operand<TFloat64> of(Maths<TFloat64> d, double[] table, Operand<TInt32> stage) {
    return d.ops().gather(d.vector(table), stage, d.ops().constant(0));
  }

  private Operand<TFloat64> image(Maths<TFloat64> d, Operand<TFloat64> state) {
    ImageShape shape = model.image();
    Operand<TFloat64> flat = d.columns(state, 0, shape.size());
    return d.reshape(flat, shape.batch(-1));
  }
}
