package io.mulan.diffusion;

import io.mulan.config.ImageShape;
import io.mulan.golden.CaseGraph;
import io.mulan.golden.GoldenFile;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** The probability flow's vector field, and Hutchinson's estimate of its divergence. */
@Tag("golden")
final class VectorFieldsGoldenTest {

  @TestFactory
  Stream<DynamicTest> vectorFieldsEqualThePublishedOnes() {
    return GoldenFile.someTests("vectorfields", c -> true, VectorFieldsGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Maths<TFloat64> d = m.doubles();
    long[] shape = g.golden().inputShape("x");
    ImageShape image = new ImageShape((int) shape[1], (int) shape[2], (int) shape[3]);
    DiffusionModel model = new DiffusionModel(g.config().run(), image);
    g.leaveOutParameters(DiffusionModel.ENCODER);
    Operand<TFloat64> x = d.cast(g.input("x"));
    Operand<TFloat64> probe = d.cast(g.input("probe"));
    Operand<T> latent = g.input("embedding");
    if (g.config().isVdm()) {
      latent = m.column(latent, 0); // the published code hands its VDM the first component
    }
    ReverseProcess<T> reverse = model.reverse(m, g.weights(), latent);
    Operand<TFloat64> drift = reverse.drift(x, g.each(g.golden().array("in/t").toDoubles()));
    Operand<TFloat64> back = Gradients.of(d, drift, probe, List.of(x)).get(0);
    g.result("drift", m.cast(drift));
    g.result("div", m.cast(d.sumPerImage(d.mul(back, probe))));
    // Another approximation of α and σ, which the published evaluation leaves off; and the forward
    // process, which nothing here needs.
    g.leaveOut("drift_high_precision", "div_high_precision", "sde_drift", "sde_diffusion");
  }
}
