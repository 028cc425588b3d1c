package io.mulan.config;

/** The loss, and how times are drawn for it. */
public record LossConfig(Prediction prediction, Times times) {

  /** What the network's output stands for. */
  public enum Prediction {
    /** Velocity α ε - σ x. */
    V,
    /** The noise. */
    EPSILON
  }

  /** How a batch's times are drawn. */
  public enum Times {
    /** One offset for a batch, then evenly spaced (Kingma et al. 2021, appendix I.1). */
    ANTITHETIC,
    /** Each on its own. */
    UNIFORM
  }
}
