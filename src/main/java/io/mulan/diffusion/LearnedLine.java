package io.mulan.diffusion;

import io.mulan.nn.Initializer;
import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/**
 * γ(t) = b + |w| t, both ends learned: of size 1 VDM's learnable scalar schedule (Kingma et al.
 * 2021, appendix D).
 *
 * @param size 1 for all pixels together, or n for each dimension of an image
 */
record LearnedLine(double gammaMin, double gammaMax, int size) implements NoiseSchedule {

  @Override
  public <T extends TFloating> Path<T> path(Net<T> net, Operand<T> latent) {
    Maths<T> m = net.m();
    Operand<T> w = net.weight("w", Shape.of(size), new Initializer.Same(gammaMax - gammaMin));
    Operand<T> b = net.weight("b", Shape.of(size), new Initializer.Same(gammaMin));
    return t -> m.add(m.mul(t, m.ops().math.abs(w)), b);
  }
}
