package io.mulan.diffusion;

import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * γ(t) = γmin + (γmax - γmin) t, the same for every latent: VDM's fixed schedule (Kingma et al.
 * 2021, appendix D), for all pixels together or for each.
 *
 * @param size 1, or n for each dimension of an image
 */
record StraightLine(double gammaMin, double gammaMax, int size) implements NoiseSchedule {

  @Override
  public <T extends TFloating> Path<T> path(Net<T> net, Operand<T> latent) {
    Maths<T> m = net.m();
    Operand<T> slopes =
        m.ops().fill(m.ops().constant(new int[] {1, size}), m.constant(gammaMax - gammaMin));
    return t -> m.add(m.mul(t, slopes), gammaMin);
  }
}
