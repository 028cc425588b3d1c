package io.mulan.diffusion;

import io.mulan.config.ImageShape;
import io.mulan.config.ScheduleConfig;
import io.mulan.nn.Initializer;
import io.mulan.nn.Net;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TFloating;

/**
 * The learned noise: γ(c,t) = -log ν(c,t), a negative log signal-to-noise ratio for each pixel,
 * increasing in t (Sahoo et al. 2024, section 3.2).
 */
public sealed interface NoiseSchedule
    permits PolynomialSchedule,
        MonotoneNetwork,
        NoiseSchedule.StraightLine,
        NoiseSchedule.LearnedLine {

  /** Hidden units of VDM's monotone network. */
  int SCALAR_WIDTH = 1024;

  /**
   * γ as a function of time for the latents it was made with: times [B,1] to [B,n], or to [B,1] for
   * a schedule that is the same for all pixels.
   */
  @FunctionalInterface
  interface Path<T extends TFloating> {
    Operand<T> gamma(Operand<T> t);

    /**
     * dγ/dt by automatic differentiation, itself differentiable.
     *
     * @param t [B,1]
     * @return of the shape of γ
     */
    default Operand<T> derivative(Maths<T> m, Operand<T> t) {
      return Gradients.along(m, this::gamma, t);
    }
  }

  /**
   * The path of γ for each latent.
   *
   * @param latent c [B,m]
   */
  <T extends TFloating> Path<T> path(Net<T> net, Operand<T> latent);

  /** The schedule of a configuration, for images of this shape. */
  static NoiseSchedule of(ScheduleConfig c, ImageShape image) {
    double min = c.gammaMin();
    double max = c.gammaMax();
    int n = image.size();
    int width = c.width() == 0 ? n : c.width();
    int scalarWidth = c.width() == 0 ? SCALAR_WIDTH : c.width();
    boolean flat = c.start() == ScheduleConfig.Start.FLAT;
    boolean free = c.freeEnds();
    return switch (c.kind()) {
      case POLYNOMIAL -> new PolynomialSchedule(min, max, width, n, flat, free);
      case MONOTONE -> new MonotoneNetwork(min, max, true, width, n, flat);
      case POLYNOMIAL_SCALAR -> new PolynomialSchedule(min, max, width, 1, flat, free);
      case LINEAR -> new StraightLine(min, max, n);
      case MULTIVARIATE_LINEAR -> new LearnedLine(min, max, n);
      case FIXED -> new StraightLine(min, max, 1);
      case SCALAR -> new LearnedLine(min, max, 1);
      case MONOTONE_SCALAR -> new MonotoneNetwork(min, max, false, scalarWidth, 1, flat);
    };
  }

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
}
