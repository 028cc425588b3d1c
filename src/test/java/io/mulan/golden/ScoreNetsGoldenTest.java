package io.mulan.golden;

import io.mulan.nn.UNet;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * The score network, the tensors inside it, its gradients by everything, and its Jacobian times a
 * vector.
 */
@Tag("golden")
final class ScoreNetsGoldenTest {

  @TestFactory
  Stream<DynamicTest> scoreNetworksEqualThePublishedOnes() {
    return GoldenFile.someTests(
        "scorenets",
        c -> c.hasInputs("z", "g_t", "conditioning", "w") && c.config().hasNetwork(),
        ScoreNetsGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> z = g.input("z");
    Operand<T> gamma = g.input("g_t"); // [B], or [B,H,W,C]
    Operand<T> conditioning = g.input("conditioning"); // [B,m], or [B] for one number
    Operand<T> weight = g.input("w");
    double gammaMin = g.config().gammaMin();
    Operand<T> tau = m.mul(m.add(gamma, -gammaMin), 1 / (g.config().gammaMax() - gammaMin));
    boolean perPixel = g.golden().inputShape("g_t").length > 1;
    Operand<T> times = perPixel ? tau : m.reshape(tau, -1, 1);
    Operand<T> columns = m.reshape(conditioning, g.golden().inputShape("conditioning")[0], -1);
    Operand<T> f = new UNet(g.config().network()).score(g.net("score_model"), z, times, columns, 0);
    Operand<T> out = g.m().add(f, z);
    g.result("out", out);
    g.leaveOut("inner/Base2FourierFeatures_0"); // has no place of its own here, but a test
    g.innerResults("score_model");

    List<Operand<T>> by = g.gradients("grad", out, weight, List.of(z, gamma, conditioning));
    g.result("w_by_z", by.get(0));
    g.result("w_by_g_t", by.get(1));
    g.result("w_by_conditioning", by.get(2));
    g.leaveOut("jvp_z_w"); // second derivatives of the network are nowhere needed
  }
}
