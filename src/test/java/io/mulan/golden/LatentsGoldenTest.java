package io.mulan.golden;

import io.mulan.diffusion.Latent;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The draw of the top-k latent, its KL, and what reaches the logits through both. */
final class LatentsGoldenTest {

  @TestFactory
  Stream<DynamicTest> latentsEqualThePublishedOnes() {
    return GoldenFile.tests("latents", c -> c.config().hasLatent(), LatentsGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> logits = g.input("logits");
    Operand<T> noise = g.fed("noise", g.golden().noise("gamma").get(0));
    Latent.Draw<T> draw = Latent.of(g.config().latent()).draw(g.net(""), logits, noise);
    g.result("embedding", draw.value());
    g.result("kl", draw.kl());
    List<Operand<T>> by = List.of(logits);
    g.result("embedding_w_by_logits", Gradients.of(m, draw.value(), g.input("w"), by).get(0));
    g.result("kl_u_by_logits", Gradients.of(m, draw.kl(), g.input("u"), by).get(0));
    // Inside the draw; and what sampling without an image uses, which is no draw.
    g.leaveOut("noise_added", "deterministic_embedding");
  }
}
