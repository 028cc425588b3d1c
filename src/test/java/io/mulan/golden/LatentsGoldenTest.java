package io.mulan.golden;

import io.mulan.diffusion.Latent;
import io.mulan.diffusion.Posterior;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.family.TFloating;

/** The draw of each latent, its KL, and what reaches the logits through both. */
@Tag("golden")
final class LatentsGoldenTest {

  @TestFactory
  Stream<DynamicTest> latentsEqualThePublishedOnes() {
    return GoldenFile.tests("latents", c -> true, LatentsGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> logits = g.input("logits");
    Operand<T> noise = g.fed("noise", g.golden().noise(g.config().latentNoise()).get(0));
    Posterior<T> posterior = Latent.of(g.config().latent()).posterior(m, new Given<>(m, logits));
    Operand<T> draw = posterior.draw(noise, g.input("step"));
    g.result("embedding", draw);
    g.result("kl", posterior.kl());
    List<Operand<T>> by = List.of(logits);
    g.result("embedding_w_by_logits", Gradients.of(m, draw, g.input("w"), by).get(0));
    g.result("kl_u_by_logits", Gradients.of(m, posterior.kl(), g.input("u"), by).get(0));
    // Inside the draw; and what sampling without an image uses, which is not a draw.
    g.leaveOut("noise_added", "deterministic_embedding");
  }

  /**
   * An encoder whose output is given.
   *
   * @param logits [B,m], or means and variances [B,2,m]
   */
  private record Given<T extends TFloating>(Maths<T> m, Operand<T> logits)
      implements Latent.Encoder<T> {

    @Override
    public Operand<T> head(String suffix) {
      return switch (suffix) {
        case "" -> logits;
        case "_mu" -> row(0);
        // What softplus makes the variance of.
        case "_sigma" -> m.log(m.ops().math.expm1(row(1)));
        default -> throw new AssertionError(suffix);
      };
    }

    private Operand<T> row(int index) {
      return m.ops().unstack(logits, 2L, Unstack.axis(1L)).output().get(index);
    }

    @Override
    public Operand<T> zeros() {
      throw new AssertionError("no case is without a latent");
    }
  }
}
