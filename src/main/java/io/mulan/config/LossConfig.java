package io.mulan.config;

/**
 * The loss, and how times are drawn for it.
 *
 * @param timesteps T of discrete time (published: {@code sm_n_timesteps}); 0 for continuous time
 */
public record LossConfig(Prediction prediction, int timesteps, Times times) {

  /** What the network's output stands for. */
  public enum Prediction {
    /** Velocity α ε - σ x. */
    V,
    /** The noise. */
    EPSILON,
    /** The image. */
    X,
    /** The noise, from which a velocity is computed (published: velocity_from_epsilon). */
    V_FROM_EPSILON
  }

  /** How a batch's times are drawn. */
  public enum Times {
    /** One offset for a batch, then evenly spaced (Kingma et al. 2021, appendix I.1). */
    ANTITHETIC,
    /** Each on its own. */
    UNIFORM,
    /**
     * Evenly spaced along the schedule: more where γ rises faster, and weighted by the inverse, so
     * that the bound stays unbiased.
     */
    IMPORTANCE
  }

  public LossConfig {
    Check.between("loss.timesteps", timesteps, 0, 1 << 20);
    Check.require(
        timesteps == 0 || times != Times.IMPORTANCE,
        "loss.times",
        "importance",
        "antithetic, uniform with loss.timesteps "
            + timesteps
            + ": the steps of discrete time have equal weights");
  }
}
