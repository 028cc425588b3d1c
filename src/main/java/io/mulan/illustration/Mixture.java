package io.mulan.illustration;

import java.util.function.DoubleBinaryOperator;

/**
 * Images of two kinds, equally likely, each kind Gaussian. The posterior mean is no longer linear:
 * expectations over the noisy signals are by quadrature.
 */
final class Mixture implements Data {
  private final Gaussian first;
  private final Gaussian second;
  private final Plane plane;
  private final Nats entropy;

  Mixture(Gaussian first, Gaussian second) {
    this(first, second, Plane.FINE);
  }

  private Mixture(Gaussian first, Gaussian second, Plane plane) {
    this.first = first;
    this.second = second;
    this.plane = plane;
    this.entropy = entropy(first.covariance(), second.covariance());
  }

  /** One of the kinds, 0 or 1. */
  Gaussian kind(int k) {
    return k == 0 ? first : second;
  }

  /**
   * I(f; c): what it costs to code the kind of an image by a latent c that is drawn from the
   * posterior p(c given f), as the KL to its prior.
   */
  Nats latentCost() {
    return entropy().minus(first.entropy().plus(second.entropy()).times(0.5));
  }

  @Override
  public double[] variances() {
    return new double[] {
      (first.first() + second.first()) / 2, (first.second() + second.second()) / 2
    };
  }

  @Override
  public Nats entropy() {
    return entropy;
  }

  /** h(z/α) - h(ε/√ν). */
  @Override
  public Nats information(double... gamma) {
    double noise = Math.log(2 * Math.PI * Math.E) + (gamma[0] + gamma[1]) / 2;
    return entropy(first.noisy(gamma), second.noisy(gamma)).minus(Nats.exact(noise));
  }

  private Nats entropy(Matrix covariance1, Matrix covariance2) {
    Odds odds = new Odds(covariance1, covariance2);
    return Nats.finer(odds.entropy(plane), odds.entropy(Plane.COARSE));
  }

  /**
   * The mean over kinds of the posterior variance, and what is not known of the kind: p (1 - p)
   * ((A_1 - A_2) z/α)²_i.
   */
  @Override
  public Field exact() {
    return gamma -> {
      Odds odds = new Odds(first.noisy(gamma), second.noisy(gamma));
      Matrix apart = first.posteriorMean(gamma).minus(second.posteriorMean(gamma));
      double[] known1 = first.posteriorVariances(gamma);
      double[] known2 = second.posteriorVariances(gamma);
      double[] unknown =
          odds.squares(
              plane,
              (p, x, y) -> Math.sqrt(p * (1 - p)) * apart.first(x, y),
              (p, x, y) -> Math.sqrt(p * (1 - p)) * apart.second(x, y));
      return new double[] {
        ((known1[0] + known2[0]) / 2 + unknown[0]) * Math.exp(-gamma[0]) / 2,
        ((known1[1] + known2[1]) / 2 + unknown[1]) * Math.exp(-gamma[1]) / 2
      };
    };
  }

  @Override
  public Field excess(SharedGain network) {
    return gamma -> {
      Odds odds = new Odds(first.noisy(gamma), second.noisy(gamma));
      double w = network.gain(gamma);
      Matrix a = first.posteriorMean(gamma).plus(-w, -w);
      Matrix b = second.posteriorMean(gamma).plus(-w, -w);
      double[] squares =
          odds.squares(
              plane,
              (p, x, y) -> p * a.first(x, y) + (1 - p) * b.first(x, y),
              (p, x, y) -> p * a.second(x, y) + (1 - p) * b.second(x, y));
      return new double[] {
        squares[0] * Math.exp(-gamma[0]) / 2, squares[1] * Math.exp(-gamma[1]) / 2
      };
    };
  }

  @Override
  public Data coarse() {
    return new Mixture(first, second, Plane.COARSE);
  }

  /** Two centred normal laws of the plane, and which of them a point may be from. */
  private record Odds(Matrix covariance1, Matrix covariance2) {

    /** A function of the probability of the first kind and of a point. */
    @FunctionalInterface
    interface Of {
      double at(double p, double x, double y);
    }

    double entropy(Plane plane) {
      Matrix inverse1 = covariance1.inverse();
      Matrix inverse2 = covariance2.inverse();
      double constant1 = -Math.log(covariance1.determinant()) / 2;
      double constant2 = -Math.log(covariance2.determinant()) / 2;
      double logs =
          mean(
              plane,
              (p, x, y) -> {
                double l1 = constant1 - inverse1.form(x, y) / 2;
                double l2 = constant2 - inverse2.form(x, y) / 2;
                // log-sum-exp: far out both densities vanish
                return Math.max(l1, l2) + Math.log1p(Math.exp(-Math.abs(l1 - l2)));
              });
      return Math.log(4 * Math.PI) - logs;
    }

    /** The mean squares of two functions. */
    double[] squares(Plane plane, Of first, Of second) {
      return new double[] {square(plane, first), square(plane, second)};
    }

    private double square(Plane plane, Of function) {
      return mean(
          plane,
          (p, x, y) -> {
            double value = function.at(p, x, y);
            return value * value;
          });
    }

    /** The mean over points of both laws. */
    private double mean(Plane plane, Of function) {
      Matrix apart = covariance2.inverse().minus(covariance1.inverse());
      double constant = Math.log(covariance2.determinant() / covariance1.determinant()) / 2;
      DoubleBinaryOperator at =
          (x, y) -> function.at(sigmoid(constant + apart.form(x, y) / 2), x, y);
      return (from(plane, covariance1.root(), at) + from(plane, covariance2.root(), at)) / 2;
    }

    private static double from(Plane plane, Matrix root, DoubleBinaryOperator function) {
      return plane.mean((x, y) -> function.applyAsDouble(root.first(x, y), root.second(x, y)));
    }

    private static double sigmoid(double x) {
      return 1 / (1 + Math.exp(-x));
    }
  }

  /**
   * Expectations over a standard normal in the plane, in polar coordinates: half its squared radius
   * is exponential, its angle uniform. For functions that are the same at n and -n.
   */
  private static final class Plane {
    /** Beyond it lies e^-60 of the law. */
    private static final double FARTHEST = 60;

    static final Plane FINE = new Plane(14, 2, 128);
    static final Plane COARSE = new Plane(7, 4, 64);

    private final double[] first;
    private final double[] second;
    private final double[] weights;

    /**
     * @param panels of half the squared radius
     * @param growth how much longer each is than the one inside it
     * @param angles of half a turn
     */
    private Plane(int panels, double growth, int angles) {
      double[] bounds = new double[panels + 1];
      for (int i = 1; i <= panels; i++) {
        bounds[i] = FARTHEST * Math.pow(growth, i - panels);
      }
      Quadrature radial = Quadrature.between(bounds);
      int radii = radial.nodes().length;
      first = new double[radii * angles];
      second = new double[radii * angles];
      weights = new double[radii * angles];
      for (int i = 0; i < first.length; i++) {
        double s = radial.nodes()[i / angles];
        double angle = Math.PI * (i % angles) / angles;
        first[i] = Math.sqrt(2 * s) * Math.cos(angle);
        second[i] = Math.sqrt(2 * s) * Math.sin(angle);
        weights[i] = radial.weights()[i / angles] * Math.exp(-s) / angles;
      }
    }

    double mean(DoubleBinaryOperator function) {
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * function.applyAsDouble(first[i], second[i]);
      }
      return sum;
    }
  }
}
