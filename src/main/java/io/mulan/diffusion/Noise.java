package io.mulan.diffusion;

import io.mulan.tf.BatchPart;
import io.mulan.tf.Loop;
import io.mulan.tf.Maths;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Everything random in the bound of a batch, but for dropout.
 *
 * @param times uniform in [0,1), which become times [B]
 * @param latent what the latent is made from, as {@link Latent#noise} says
 * @param step updates made so far (scalar), which a latent's temperature may depend on
 * @param reconstruction ε_0 of z_0 [B,H,W,C], standard normal
 * @param diffusion ε of z_t [B,H,W,C], standard normal
 */
public record Noise<T extends TFloating>(
    Operand<T> times,
    Operand<T> latent,
    Operand<T> step,
    Operand<T> reconstruction,
    Operand<T> diffusion) {

  /** The same noise inside a loop. */
  public Noise<T> inside(Loop.Around around) {
    return new Noise<>(
        around.of(times),
        around.of(latent),
        around.of(step),
        around.of(reconstruction),
        around.of(diffusion));
  }

  /**
   * The noise of some images of the batch.
   *
   * @param first of them (scalar)
   * @param count how many
   * @param draws latents for each image: all first ones come before all second ones
   */
  public Noise<T> part(Maths<T> m, Operand<TInt32> first, int count, int draws) {
    return new Noise<>(
        rows(m, times, first, count, 1),
        rows(m, latent, first, count, draws),
        step,
        rows(m, reconstruction, first, count, 1),
        rows(m, diffusion, first, count, 1));
  }

  /** What is one number for all images stays. */
  private static <T extends TFloating> Operand<T> rows(
      Maths<T> m, Operand<T> x, Operand<TInt32> first, int count, int blocks) {
    return x.rank() == 0 ? x : BatchPart.of(m.ops(), x, first, count, blocks);
  }

  /** The same noise for each image of a batch that is there twice, but for the latent's. */
  Noise<T> twice(Maths<T> m) {
    return new Noise<>(
        m.concat(0, List.of(times, times)),
        latent,
        step,
        m.concat(0, List.of(reconstruction, reconstruction)),
        m.concat(0, List.of(diffusion, diffusion)));
  }
}
