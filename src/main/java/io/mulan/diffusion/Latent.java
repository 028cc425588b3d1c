package io.mulan.diffusion;

import io.mulan.config.LatentConfig;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * A kind of latent c, drawn from q(c|x) while its KL to the prior is paid for (Sahoo et al. 2024,
 * section 3.3).
 */
public sealed interface Latent
    permits SubsetLatent, PublishedTopK, CategoricalLatent, GaussianLatent, NoLatent {

  /** The length m of c. */
  int size();

  /** The variance of each component of c under the prior. */
  double priorVariance();

  /** The variance of each of m components of which k are one, all subsets equally likely. */
  static double varianceOfSubset(int k, int m) {
    double share = (double) k / m;
    return share * (1 - share);
  }

  /** The noise that {@link Posterior#draw} turns into c, for a batch of this size (scalar). */
  <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch);

  /**
   * The law of {@link #noise}; empty if there is none.
   *
   * @param batch how many; -1 for any number
   */
  Optional<NoiseLaw> noiseLaw(long batch);

  /**
   * The law of c given a batch of images.
   *
   * @param encoder made for these images
   */
  <T extends TFloating> Posterior<T> posterior(Maths<T> m, Encoder<T> encoder);

  /**
   * The law p(c) that the KL is to.
   *
   * @param batch how many (scalar)
   */
  <T extends TFloating> Posterior<T> prior(Maths<T> m, Operand<TInt32> batch);

  /** What an encoder makes of a batch of images. */
  interface Encoder<T extends TFloating> {

    /**
     * A linear map of its features [B,m].
     *
     * @param suffix after the name of its last layer; empty where there is one only
     */
    Operand<T> head(String suffix);

    /** A zero for each image [B,1]. */
    Operand<T> zeros();
  }

  static Latent of(LatentConfig c) {
    return switch (c.kind()) {
      case TOP_K ->
          switch (c.law()) {
            case SUBSET -> new SubsetLatent(c.size(), c.k(), c.gradient());
            case PUBLISHED -> new PublishedTopK(c.size(), c.k(), c.noise());
          };
      case GUMBEL -> new CategoricalLatent(c.size());
      case GAUSSIAN -> new GaussianLatent(c.size());
      case NONE -> new NoLatent();
    };
  }

  /**
   * What the noise of a latent is, for callers that draw it themselves.
   *
   * @param law in words, such as {@code standard normal}; all numbers are independent
   * @param shape for a batch, in which -1 is any number
   */
  record NoiseLaw(String law, Shape shape) {}
}
