package io.mulan.config;

/**
 * The latent c ~ q(c|x) that the schedule adapts to and that the network sees.
 *
 * @param size m, its length
 * @param k how many of the m are on, for {@code top_k}
 * @param noise what is added to the logits before the largest k are taken, under the published law
 * @param law the distribution that a {@code top_k} latent is drawn from, and whose KL is charged
 * @param gradient how a gradient reaches the logits of a {@code top_k} latent
 * @param encoderLayers blocks of the {@code unet} encoder before its middle (published: {@code
 *     forward_n_layer})
 * @param encoderGain how many times as large as published the last weights of the encoder start: an
 *     encoder whose first draws hardly depend on the image has nothing that could be made use of
 */
public record LatentConfig(
    Kind kind,
    int size,
    int k,
    Noise noise,
    Law law,
    Gradient gradient,
    Encoder encoder,
    int encoderLayers,
    double encoderGain) {

  /** Kinds of latents. */
  public enum Kind {
    /** k of m categories. */
    TOP_K,
    /** One of m categories, relaxed by Gumbel noise and a softmax. */
    GUMBEL,
    /** m normal variables. */
    GAUSSIAN,
    /** None: a learned schedule is multivariate, but the same for every image. */
    NONE
  }

  /** Noise of the published top-k draw. */
  public enum Noise {
    /** Sums of gamma variables, whose k-fold sums are close to Gumbel's law. */
    GAMMA,
    /** Gumbel variables. */
    GUMBEL
  }

  /** Laws of a top-k latent. */
  public enum Law {
    /** The conditional Bernoulli law of k-subsets: drawn exactly, its own KL charged; a bound. */
    SUBSET,
    /**
     * As in the published code: perturb and take the k largest, charge the KL of one categorical
     * variable; not strictly a bound.
     */
    PUBLISHED
  }

  /** Estimators of the gradient by the logits; the drawn subset is the same for all. */
  public enum Gradient {
    /** Identity with projection: that of the centred logits over their norm. */
    IDENTITY,
    /** Straight-through on the exact probabilities that each category is on. */
    MARGINALS,
    /** Each choice of the draw, relaxed by its own Gumbel noise. */
    GUMBEL,
    /** Leave-one-out score function of two draws for each image: unbiased. */
    SCORE_FUNCTION
  }

  /** Networks for q(c|x). */
  public enum Encoder {
    UNET,
    CNN
  }

  /** The table of the subset law has as many steps as categories. */
  private static final int LARGEST_SUBSET_SIZE = 512;

  public LatentConfig {
    Check.between("latent.size", size, 2, 1 << 16);
    Check.require(
        k >= 1 && k < size,
        "latent.k",
        k,
        "a whole number from 1 to below latent.size, which is " + size);
    if (kind == Kind.TOP_K && law == Law.SUBSET) {
      Check.require(
          size <= LARGEST_SUBSET_SIZE,
          "latent.size",
          size,
          "at most " + LARGEST_SUBSET_SIZE + " with latent.law subset");
    }
    if (kind == Kind.TOP_K && law == Law.PUBLISHED) {
      Check.require(
          gradient == Gradient.IDENTITY,
          "latent.gradient",
          RecordTree.name(gradient),
          "identity with latent.law published; the others need the law of subsets");
    }
    Check.between("latent.encoder_layers", encoderLayers, 1, 1000);
    Check.positive("latent.encoder_gain", encoderGain);
  }

  /** Whether what is charged for the latent is the published approximation and no KL. */
  public boolean approximate() {
    return kind == Kind.TOP_K && law == Law.PUBLISHED;
  }
}
