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
 * @param groups of the group normalisation
 */
public record NetworkConfig(
    Kind kind,
    int channels,
    int layers,
    double dropout,
    boolean attention,
    List<Double> fourier,
    boolean conditioned,
    int groups) {

  /** What the network is told about the noise. */
  public enum Kind {
    /** The mean of γ over the image, as in VDM. */
    VDM,
    /** Every pixel's γ. Published: {@code ldm}. */
    PER_PIXEL
  }

  public NetworkConfig {
    Check.between("network.channels", channels, 4, 1 << 14);
    Check.between("network.layers", layers, 1, 1000);
    Check.fraction("network.dropout", dropout);
    fourier = List.copyOf(fourier);
    for (double e : fourier) {
      Check.require(
          e >= 0 && e <= 20, "network.fourier", fourier, "a list of numbers from 0 to 20");
    }
    Check.atLeast("network.groups", groups, 1);
    // A group of one channel at one pixel would be normalised to nothing.
    Check.require(
        channels % groups == 0 && channels / groups > 1,
        "network.groups",
        groups,
        "a divisor of network.channels, which is " + channels + ", and at most half of it");
  }
}
