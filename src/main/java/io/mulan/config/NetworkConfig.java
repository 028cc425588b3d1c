package io.mulan.config;

import java.util.List;

/**
 * The score network.
 *
 * @param kind what it sees of the noise
 * @param channels width of every block (published: {@code sm_n_embd})
 * @param layers blocks down, and one fewer than up (published: {@code sm_n_layer})
 * @param dropout probability, in training
 * @param attention after every block instead of in the middle only
 * @param fourier exponents e of the features sin, cos(2π 2^e z); none for none. At e = log2(V/2)
 *     the V levels are one turn apart, which shows the finest noise
 * @param conditioned whether the network sees the latent (published: {@code z_conditioning})
 * @param conditioningStart the weights of the conditioning at the start
 * @param groups of the group normalisation
 * @param preconditioning what the network's output is made of, next to its last convolution
 * @param signalPower s², the mean of f² over the training images, with f in (-1,1); 0 until it is
 *     measured
 */
public record NetworkConfig(
    Kind kind,
    int channels,
    int layers,
    double dropout,
    boolean attention,
    List<Double> fourier,
    boolean conditioned,
    ConditioningStart conditioningStart,
    int groups,
    Preconditioning preconditioning,
    double signalPower) {

  /** What the network is given about the noise. */
  public enum Kind {
    /** The mean of γ over the image, as in VDM. */
    VDM,
    /** The γ of every pixel. Published: {@code ldm}. */
    PER_PIXEL
  }

  /** The weights that the latent is multiplied by at the start. */
  public enum ConditioningStart {
    /** As all other weights, as published. */
    RANDOM,
    /** Zero: the network sees nothing of a latent, which says nothing yet. */
    ZERO
  }

  /** What the output of the score network is, given F, the output of its last convolution. */
  public enum Preconditioning {
    /** z + F, as published. */
    NONE,
    /**
     * The best linear denoiser of independent pixels, for each pixel's own γ, plus F in units of
     * what that denoiser leaves unknown.
     */
    LINEAR
  }

  /** The power of a signal that is uniform in (-1,1): for models of which nothing is measured. */
  private static final double UNIFORM_POWER = 1.0 / 3;

  public NetworkConfig {
    Check.between("network.channels", channels, 4, 1 << 14);
    Check.between("network.layers", layers, 1, 1000);
    Check.fraction("network.dropout", dropout);
    fourier = List.copyOf(fourier);
    for (double e : fourier) {
      Check.require(
          e >= 0 && e <= 20, "network.fourier", fourier, "a list of numbers from 0 to 20");
    }
    Check.notNegative("network.signal_power", signalPower);
    Check.require(
        signalPower <= 1, "network.signal_power", signalPower, "a mean of squares in (-1,1)");
    Check.atLeast("network.groups", groups, 1);
    // A group of one channel at one pixel would be normalised to nothing.
    Check.require(
        channels % groups == 0 && channels / groups > 1,
        "network.groups",
        groups,
        "a divisor of network.channels, which is " + channels + ", and at most half of it");
  }

  /** Whether {@link #signalPower} is still to be measured from the training images. */
  public boolean powerUnknown() {
    return preconditioning == Preconditioning.LINEAR && signalPower == 0;
  }

  /** s²; where it is not measured, that of uniform levels, which changes no cost. */
  public double power() {
    return signalPower == 0 ? UNIFORM_POWER : signalPower;
  }

  /** The same with this s². */
  NetworkConfig withSignalPower(double power) {
    return new NetworkConfig(
        kind,
        channels,
        layers,
        dropout,
        attention,
        fourier,
        conditioned,
        conditioningStart,
        groups,
        preconditioning,
        power);
  }
}
