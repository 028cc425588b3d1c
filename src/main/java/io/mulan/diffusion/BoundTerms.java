package io.mulan.diffusion;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/**
 * The four terms of the variational bound on -log p(x), each [B] in nats; their sum is the bound.
 *
 * @param reconstruction -log p(x | z_0)
 * @param prior KL(q(z_1|x,c) ‖ N(0,I))
 * @param latent KL(q(c|x) ‖ p(c))
 * @param diffusion ½ Σ γ'(t) (ε - ε̂)² at one sampled t
 * @param slowest the least rate of γ over the pixels [B]: above zero if the schedule increases
 * @param times t, of each row that the network saw [rows,1]
 */
public record BoundTerms<T extends TFloating>(
    Operand<T> reconstruction,
    Operand<T> prior,
    Operand<T> latent,
    Operand<T> diffusion,
    Operand<T> slowest,
    Operand<TFloat64> times) {
  /** The names of {@link #all()}, in its order. */
  public static final List<String> NAMES =
      List.of("reconstruction", "prior", "latent", "diffusion");

  /** The terms. */
  public List<Operand<T>> all() {
    return List.of(reconstruction, prior, latent, diffusion);
  }
}
