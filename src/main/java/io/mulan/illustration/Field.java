package io.mulan.illustration;

/**
 * The field that a diffusion term is the line integral of, in the plane of two γ: ½ ν_i E(f -
 * f̂)²_i, in nats for each nat of γ_i.
 */
@FunctionalInterface
interface Field {
  /** For differences: the third derivatives of the fields here are of order one. */
  double STEP = 1e-3;

  /**
   * Both components.
   *
   * @param gamma of both pixels
   */
  double[] at(double... gamma);

  /**
   * What a closed path gains for each area around which it goes, in nats for each nat² (Green's
   * theorem): ∂G_2/∂γ_1 - ∂G_1/∂γ_2, by central differences. Zero everywhere if and only if the
   * path does not matter.
   */
  default double curl(double gamma1, double gamma2) {
    double along1 = at(gamma1 + STEP, gamma2)[1] - at(gamma1 - STEP, gamma2)[1];
    double along2 = at(gamma1, gamma2 + STEP)[0] - at(gamma1, gamma2 - STEP)[0];
    return (along1 - along2) / (2 * STEP);
  }
}
