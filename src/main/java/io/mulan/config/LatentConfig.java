package io.mulan.config;

/**
 * The latent c ~ q(c|x) that the schedule adapts to.
 *
 * @param size m, its length
 * @param k how many of the m are on
 * @param noise what is added to the logits before the largest k are taken
 * @param law the distribution whose KL is charged
 * @param encoderLayers blocks of the {@code unet} encoder before its middle (published: {@code
 *     forward_n_layer})
 */
public record LatentConfig(
    Kind kind, int size, int k, Noise noise, Law law, Encoder encoder, int encoderLayers) {

  /** Kinds of latents. */
  public enum Kind {
    TOP_K
  }

  /** Noise of the top-k draw. */
  public enum Noise {
    /** Sums of gamma variables, whose k-fold sums are close to Gumbel's law. */
    GAMMA
  }

  /** The distribution that the latent's KL is of. */
  public enum Law {
    /**
     * One categorical variable, as in the published code; not the law of a subset, so not strictly
     * a bound.
     */
    PUBLISHED
  }

  /** Networks for q(c|x). */
  public enum Encoder {
    UNET,
    CNN
  }

  public LatentConfig {
    Check.between("latent.size", size, 2, 1 << 16);
    Check.require(
        k >= 1 && k < size,
        "latent.k",
        k,
        "a whole number from 1 to below latent.size, which is " + size);
    Check.between("latent.encoder_layers", encoderLayers, 1, 1000);
  }
}
