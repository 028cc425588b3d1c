package io.mulan.config;

/**
 * The noise schedule γ(c,t).
 *
 * @param gammaMin γ at time 0, the least noise; -γ is the log signal-to-noise ratio. Where a
 *     schedule's ends are learned, it starts from these
 * @param gammaMax γ at time 1
 * @param width hidden units (published: {@code n_features}); 0 for as many as published: one for
 *     each dimension of the image, 1024 for the scalar network
 * @param start the first schedule
 * @param ends whether γ at times 0 and 1 is learned by the polynomials too
 */
public record ScheduleConfig(
    Kind kind, double gammaMin, double gammaMax, int width, Start start, Ends ends) {

  /** The ends of a polynomial schedule. */
  public enum Ends {
    /** gamma_min and gamma_max, as published. */
    FIXED,
    /** Learned, for each pixel, from gamma_min and gamma_max on. */
    LEARNED
  }

  /** What a learned schedule is before training. */
  public enum Start {
    /** VDM's line from gamma_min to gamma_max, for every pixel and latent. */
    FLAT,
    /** As its weights are drawn: another for each pixel and latent, as published. */
    RANDOM
  }

  /** Families of schedules. */
  public enum Kind {
    /** A polynomial of the latent for each pixel, ends fixed. Published: {@code poly_fixedend}. */
    POLYNOMIAL(true, false),
    /**
     * A monotone network of latent and time, ends learned. Published: {@code learnable_nnet} of
     * MuLAN.
     */
    MONOTONE(true, true),
    /** A polynomial of the latent for all pixels, ends fixed. */
    POLYNOMIAL_SCALAR(true, false),
    /** A straight line for every pixel. Published: {@code linear}. */
    LINEAR(false, false),
    /** A straight line with learned ends for each pixel. */
    MULTIVARIATE_LINEAR(false, true),
    /** VDM's straight line for all pixels. Published: {@code fixed}. */
    FIXED(false, false),
    /** VDM's straight line with learned ends. Published: {@code learnable_scalar}. */
    SCALAR(false, true),
    /** VDM's monotone network of time. Published: {@code learnable_nnet} of VDM. */
    MONOTONE_SCALAR(false, true);

    private final boolean adaptive;
    private final boolean freeEnds;

    Kind(boolean adaptive, boolean freeEnds) {
      this.adaptive = adaptive;
      this.freeEnds = freeEnds;
    }

    /** Whether γ depends on the latent. */
    public boolean adaptive() {
      return adaptive;
    }

    private boolean freeEnds() {
      return freeEnds;
    }

    private boolean polynomial() {
      return this == POLYNOMIAL || this == POLYNOMIAL_SCALAR;
    }
  }

  /** Whether γ at times 0 and 1 is learned. */
  public boolean freeEnds() {
    return kind.freeEnds() || (kind.polynomial() && ends == Ends.LEARNED);
  }

  public ScheduleConfig {
    Check.finite("schedule.gamma_min", gammaMin);
    Check.finite("schedule.gamma_max", gammaMax);
    Check.require(
        gammaMin < gammaMax,
        "schedule.gamma_min",
        gammaMin,
        "a number below schedule.gamma_max, which is " + gammaMax);
    Check.atLeast("schedule.width", width, 0);
  }
}
