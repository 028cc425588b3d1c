package io.mulan.golden;

import io.mulan.config.LatentConfig;
import io.mulan.nn.CnnEncoder;
import io.mulan.nn.Net;
import io.mulan.nn.UNet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** Both encoders, and their gradients by weights and image. */
final class EncodersGoldenTest {

  @TestFactory
  Stream<DynamicTest> encodersEqualThePublishedOnes() {
    return GoldenFile.tests(
        "encoders",
        c -> c.config().hasNetwork() && c.results().contains("logits"),
        EncodersGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Operand<T> signal = g.input("x");
    LatentConfig latent = g.config().latent();
    Net<T> net = g.net("encoder_model");
    // The configuration of these cases names no encoder; their parameters do.
    boolean unet = g.golden().parameters().stream().anyMatch(p -> p.name().contains("mid.block_1"));
    Operand<T> logits =
        unet
            ? new UNet(g.config().network())
                .encode(net, signal, latent.encoderLayers(), latent.size())
            : CnnEncoder.encode(net, signal, latent.size());
    g.result("logits", logits);
    g.result("w_by_x", g.gradients("grad", logits, g.input("w0"), List.of(signal)).get(0));
  }
}
