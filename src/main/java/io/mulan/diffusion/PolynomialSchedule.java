package io.mulan.diffusion;

import static io.mulan.nn.Initializer.LECUN_NORMAL;
import static io.mulan.nn.Initializer.ZEROS;

import io.mulan.nn.Initializer;
import io.mulan.nn.Layers;
import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/**
 * γ(c,t) = γmin + (γmax - γmin) P(t) / P(1) with P'(t) = (a t² + b t + k)², where a, b, k come from
 * the latent for each pixel: increasing for any weights, with both ends fixed (Sahoo et al. 2024,
 * section 3.2.2).
 *
 * @param width hidden units
 * @param size n, the dimensions of an image, or 1 for all together
 * @param flat whether a and b start at zero and k at the same for all: γ starts as a straight line
 * @param freeEnds whether γ(c,0) and γ(c,1) are learned: those of all pixels together, as in {@link
 *     NoiseSchedule.LearnedLine}, and how far each pixel's are from them, which comes from the
 *     latent
 */
record PolynomialSchedule(
    double gammaMin, double gammaMax, int width, int size, boolean flat, boolean freeEnds)
    implements NoiseSchedule {
  /** Keeps P' above zero. */
  private static final double SMALLEST_K = 1e-3;

  @Override
  public <T extends TFloating> Path<T> path(Net<T> net, Operand<T> latent) {
    Maths<T> m = net.m();
    Operand<T> h = Layers.swish(net, Layers.dense(net.in("dense_1"), latent, width));
    h = Layers.swish(net, Layers.dense(net.in("dense_2"), h, width));
    Initializer start = flat ? ZEROS : LECUN_NORMAL;
    Operand<T> a = Layers.dense(net.in("dense_out_a"), h, size, ZEROS);
    Operand<T> b = Layers.dense(net.in("dense_out_b"), h, size, start);
    Operand<T> c = Layers.dense(net.in("dense_out_c"), h, size, start);
    Operand<T> k = m.add(m.softplus(c), SMALLEST_K);
    Polynomial<T> p = Polynomial.ofSquare(m, a, b, k);
    if (!freeEnds) {
      Operand<T> perUnit = m.div(m.constant(gammaMax - gammaMin), p.sum(m));
      return t -> m.add(m.mul(p.at(m, t), perUnit), gammaMin);
    }
    Operand<T> w = net.weight("w", Shape.of(1), new Initializer.Same(gammaMax - gammaMin));
    Operand<T> b0 = net.weight("b", Shape.of(1), new Initializer.Same(gammaMin));
    Operand<T> first = m.add(Layers.dense(net.in("dense_out_start"), h, size, ZEROS), b0);
    // A factor above zero, so that γ increases whatever the weights are.
    Operand<T> stretch = m.exp(Layers.dense(net.in("dense_out_rise"), h, size, ZEROS));
    Operand<T> perUnit = m.div(m.mul(m.ops().math.abs(w), stretch), p.sum(m));
    return t -> m.add(m.mul(p.at(m, t), perUnit), first);
  }

  /** c1 t + c2 t² + c3 t³ + c4 t⁴ + c5 t⁵, each coefficient [B,n]. */
  private record Polynomial<T extends TFloating>(
      Operand<T> c1, Operand<T> c2, Operand<T> c3, Operand<T> c4, Operand<T> c5) {

    /** The integral from 0 of (a t² + b t + k)². */
    static <T extends TFloating> Polynomial<T> ofSquare(
        Maths<T> m, Operand<T> a, Operand<T> b, Operand<T> k) {
      return new Polynomial<>(
          m.square(k),
          m.mul(b, k),
          m.mul(m.add(m.square(b), m.mul(m.mul(a, k), 2)), 1.0 / 3),
          m.mul(m.mul(a, b), 0.5),
          m.mul(m.square(a), 0.2));
    }

    /** Its value at t [B,1], by Horner's rule: powers would have no derivative at zero. */
    Operand<T> at(Maths<T> m, Operand<T> t) {
      Operand<T> value = m.mul(c5, t);
      for (Operand<T> c : List.of(c4, c3, c2, c1)) {
        value = m.mul(m.add(value, c), t);
      }
      return value;
    }

    /** Its value at one. */
    Operand<T> sum(Maths<T> m) {
      return m.add(m.add(m.add(c5, c4), m.add(c3, c2)), c1);
    }
  }
}
