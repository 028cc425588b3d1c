package io.mulan.sampling;

import io.mulan.flow.FlowSolver;
import org.tensorflow.types.TFloat32;

/**
 * Images as points of the probability flow's noise: for a given latent a one-to-one map, so that
 * what was encoded is decoded to itself, but for the solver's error.
 */
public final class FlowCodec {
  private final Encodings encodings;
  private final FlowSolver solver;

  public FlowCodec(Encodings encodings, FlowSolver solver) {
    this.encodings = encodings;
    this.solver = solver;
  }

  /**
   * The beginning and the end of the images' paths, one image after the other.
   *
   * @param evaluations of the vector field
   */
  public record Encoded(double[] z0, double[] z1, int evaluations) {}

  /**
   * From images to noise.
   *
   * @param images levels, one image after the other
   * @param latent [B,m+k]
   */
  public Encoded encode(byte[] images, TFloat32 latent) {
    double[] z0 = encodings.z0(images, latent);
    FlowSolver.End end = solver.follow(z0, latent, 0, 1);
    return new Encoded(z0, end.z(), end.evaluations());
  }

  /** From noise to z_0. */
  public FlowSolver.End decode(double[] z1, TFloat32 latent) {
    return solver.follow(z1, latent, 1, 0);
  }

  /**
   * A point on the way from a to b at constant angular speed, at whose ends are a and b: noise of
   * many dimensions has nearly one length, and straight lines would leave that sphere (Shoemake
   * 1985).
   *
   * @param share 0 for a, 1 for b
   */
  public static double[] between(double[] a, double[] b, double share) {
    double lengths = Math.sqrt(dot(a, a) * dot(b, b));
    double cosine = lengths == 0 ? 1 : Math.max(-1, Math.min(1, dot(a, b) / lengths));
    double angle = Math.acos(cosine);
    double sine = Math.sin(angle);
    boolean parallel = sine < 1e-9;
    double left = parallel ? 1 - share : Math.sin((1 - share) * angle) / sine;
    double right = parallel ? share : Math.sin(share * angle) / sine;
    double[] point = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      point[i] = left * a[i] + right * b[i];
    }
    return point;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
