package io.mulan.config;

/**
 * The noise schedule γ(c,t).
 *
 * @param gammaMin γ at time 0, the least noise; -γ is the log signal-to-noise ratio
 * @param gammaMax γ at time 1
 * @param width hidden units (published: {@code n_features}); 0 for one per dimension of the image
 */
public record ScheduleConfig(Kind kind, double gammaMin, double gammaMax, int width) {

  /** Families of schedules. */
  public enum Kind {
    /** Published: {@code poly_fixedend}. */
    POLYNOMIAL
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
