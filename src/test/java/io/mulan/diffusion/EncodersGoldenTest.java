package io.mulan.diffusion;

import io.mulan.config.LatentConfig;
import io.mulan.golden.CaseGraph;
import io.mulan.golden.GoldenCase;
import io.mulan.golden.GoldenFile;
import io.mulan.nn.UNet;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The encoders, and their gradients by weights and image. */
@Tag("golden")
final class EncodersGoldenTest {

  @TestFactory
  Stream<DynamicTest> encodersEqualThePublishedOnes() {
    return GoldenFile.tests("encoders", c -> c.config().hasNetwork(), EncodersGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> signal = g.input("x");
    ImageEncoder<T> encoder =
        new ImageEncoder<>(
            g.net("encoder_model"),
            latent(g),
            new UNet(g.config().network()),
            signal,
            Optional.empty());
    Operand<T> objective;
    if (gaussian(g.golden())) {
      Operand<T> mean = encoder.head("_mu");
      Operand<T> variance = m.softplus(encoder.head("_sigma"));
      g.result("mu", mean);
      g.result("var", variance);
      objective = m.add(m.mul(mean, g.input("w0")), m.mul(variance, g.input("w1")));
    } else {
      Operand<T> logits = encoder.head("");
      g.result("logits", logits);
      objective = m.mul(logits, g.input("w0"));
    }
    Operand<T> sum = m.sum(m.reshape(objective, -1), 0);
    g.result("w_by_x", g.gradients("grad", sum, m.constant(1), List.of(signal)).get(0));
  }

  /** The configuration of these cases names no encoder; their parameters do. */
  private static LatentConfig latent(CaseGraph<?> g) {
    LatentConfig c = g.config().latent();
    LatentConfig.Encoder encoder =
        has(g.golden(), "mid.block_1") ? LatentConfig.Encoder.UNET : LatentConfig.Encoder.CNN;
    return new LatentConfig(
        c.kind(), c.size(), c.k(), c.noise(), c.law(), c.gradient(), encoder, c.encoderLayers(), 1);
  }

  private static boolean gaussian(GoldenCase golden) {
    return has(golden, "_mu/");
  }

  private static boolean has(GoldenCase golden, String part) {
    return golden.parameters().stream().anyMatch(p -> p.name().contains(part));
  }
}
