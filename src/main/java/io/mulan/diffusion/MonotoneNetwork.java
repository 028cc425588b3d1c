package io.mulan.diffusion;

import io.mulan.nn.Initializer;
import io.mulan.nn.Layers;
import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * A network of non-negative weights, which increases in time whatever they are (Kingma et al. 2021,
 * appendix D; Sahoo et al. 2024, section 3.2.1). Its ends are learned: nothing keeps them at γmin
 * and γmax, where the line it is built upon starts.
 *
 * @param adaptive whether it sees the latent and has a second hidden layer, as MuLAN's does
 * @param width hidden units
 * @param size outputs: 1 for all pixels, or n
 * @param flat whether the last layer starts at zero: γ starts as a straight line
 */
record MonotoneNetwork(
    double gammaMin, double gammaMax, boolean adaptive, int width, int size, boolean flat)
    implements NoiseSchedule {
  private static final Initializer SMALL = new Initializer.Normal(0.01);

  @Override
  public <T extends TFloating> Path<T> path(Net<T> net, Operand<T> latent) {
    return t -> gamma(net, latent, t);
  }

  private <T extends TFloating> Operand<T> gamma(Net<T> net, Operand<T> latent, Operand<T> t) {
    Maths<T> m = net.m();
    Initializer rise = new Initializer.Same(gammaMax - gammaMin);
    Initializer start = new Initializer.Same(gammaMin);
    Operand<T> line = Layers.monotone(net.in("l1"), t, 1, rise, start); // [B, 1]
    Operand<T> inputs = adaptive ? m.concat(1, List.of(latent, t)) : t;
    Operand<T> h = m.add(m.mul(inputs, 2), -1);
    h = squashed(m, Layers.monotone(net.in("l2"), h, width, SMALL, Initializer.ZEROS));
    if (adaptive) {
      h = squashed(m, Layers.monotone(net.in("l_int"), h, width, SMALL, Initializer.ZEROS));
    }
    Operand<T> bend =
        Layers.monotone(net.in("l3"), h, size, flat ? Initializer.ZEROS : SMALL); // [B, size]
    return m.add(line, m.mul(bend, 1.0 / width));
  }

  /**
   * 2 (sigmoid(x) - ½) = (1 - e^-x) / (1 + e^-x), of operations that can be differentiated three
   * times, which TensorFlow's sigmoid cannot.
   */
  private static <T extends TFloating> Operand<T> squashed(Maths<T> m, Operand<T> x) {
    // Beyond ±40 it is ±1 in double precision too, and e^40 overflows nowhere.
    Operand<T> inside = m.ops().clipByValue(x, m.constant(-40), m.constant(40));
    Operand<T> e = m.ops().math.expm1(m.neg(inside));
    return m.div(m.neg(e), m.add(e, 2));
  }
}
