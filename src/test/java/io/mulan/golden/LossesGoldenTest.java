package io.mulan.golden;

import io.mulan.config.ImageShape;
import io.mulan.data.NpyArray;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.tf.Maths;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The terms of the bound, bits per dimension, and their gradient by every weight. */
final class LossesGoldenTest {

  @TestFactory
  Stream<DynamicTest> lossesEqualThePublishedOnes() {
    return GoldenFile.tests("losses", c -> c.config().hasLoss(), LossesGoldenTest::build);
  }

  @TestFactory
  Stream<DynamicTest> lossesOfFullSizeEqualThePublishedOnes() {
    return GoldenFile.tests("fullsize", c -> c.config().hasLoss(), LossesGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    long[] shape = g.golden().inputShape("images");
    ImageShape image = new ImageShape((int) shape[1], (int) shape[2], (int) shape[3]);
    List<NpyArray> normal = g.golden().noise("normal");
    Noise<T> noise =
        new Noise<>(
            g.fed("times", new long[] {shape[0]}, times(g, (int) shape[0])),
            g.fed("latent", g.golden().noise("gamma").get(0)),
            g.fed("reconstruction", normal.get(0)),
            g.fed("diffusion", normal.get(1)));
    BoundTerms<T> bound =
        new DiffusionModel(g.config().run(), image)
            .bound(m, g.weights(), g.dropout(), g.images("images"), noise);

    Operand<T> klz = m.add(bound.prior(), bound.latent());
    g.result("loss_recon", bound.reconstruction());
    g.result("loss_klz", klz);
    g.result("loss_diff", bound.diffusion());
    double bits = 1 / (image.size() * Math.log(2));
    Operand<T> recon = m.mul(m.mean(bound.reconstruction(), 0), bits);
    Operand<T> latent = m.mul(m.mean(klz, 0), bits);
    Operand<T> diffusion = m.mul(m.mean(bound.diffusion(), 0), bits);
    Operand<T> bpd = m.add(m.add(recon, latent), diffusion);
    g.result("bpd_recon", recon);
    g.result("bpd_latent", latent);
    g.result("bpd_diff", diffusion);
    g.result("bpd", bpd);
    g.gradients("grad", bpd, m.constant(1), List.of());
    g.leaveOut("var0", "var"); // variances at both ends, logged only
  }

  /** The times that the published code makes of its first draw. */
  private static double[] times(CaseGraph<?> g, int batch) {
    double[] uniform = g.golden().noise("uniform").get(0).toDoubles();
    if (!g.config().antitheticTimes()) {
      return uniform;
    }
    double[] times = new double[batch];
    Arrays.setAll(times, i -> (uniform[0] + (double) i / batch) % 1);
    return times;
  }
}
