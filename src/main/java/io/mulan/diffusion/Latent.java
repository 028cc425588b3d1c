package io.mulan.diffusion;

import io.mulan.config.LatentConfig;
import io.mulan.nn.Net;
import io.mulan.tf.StatelessRandom;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The discrete latent c, drawn from q(c|x) while its KL to the prior is paid for (Sahoo et al.
 * 2024, section 3.3).
 */
public sealed interface Latent permits TopKLatent {

  /**
   * A draw of c.
   *
   * @param value c [B,m]; its gradient reaches the encoder
   * @param kl KL(q(c|x) ‖ p(c)) in nats [B]
   */
  record Draw<T extends TFloating>(Operand<T> value, Operand<T> kl) {}

  /** The length m of c. */
  int size();

  /** The noise that {@link #draw} turns into c, for a batch of this size (scalar). */
  <T extends TFloating> Operand<T> noise(StatelessRandom<T> random, Operand<TInt32> batch);

  /**
   * Draws c.
   *
   * @param logits of q(c|x) [B,m]
   * @param noise as {@link #noise} makes it
   */
  <T extends TFloating> Draw<T> draw(Net<T> net, Operand<T> logits, Operand<T> noise);

  static Latent of(LatentConfig c) {
    return switch (c.kind()) {
      case TOP_K -> new TopKLatent(c.size(), c.k());
    };
  }
}
