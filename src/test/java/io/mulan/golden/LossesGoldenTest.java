package io.mulan.golden;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.diffusion.Posterior;
import io.mulan.numpy.NpyArray;
import io.mulan.tf.Maths;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/** The terms of the bound, bits per dimension, and their gradient by every weight. */
@Tag("golden")
final class LossesGoldenTest {

  /** Classes of a label, as published. */
  private static final int LABELS = 10;

  private static boolean isBound(GoldenCase golden) {
    return golden.config().hasNetwork() && !golden.config().mixesWeights();
  }

  @TestFactory
  Stream<DynamicTest> lossesEqualThePublishedOnes() {
    return GoldenFile.someTests("losses", LossesGoldenTest::isBound, LossesGoldenTest::build);
  }

  @Tag("slow")
  @TestFactory
  Stream<DynamicTest> lossesOfFullSizeEqualThePublishedOnes() {
    return GoldenFile.tests("fullsize", LossesGoldenTest::isBound, LossesGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    long[] shape = g.golden().inputShape("images");
    ImageShape image = new ImageShape((int) shape[1], (int) shape[2], (int) shape[3]);
    BoundTerms<T> bound = bound(g, new DiffusionModel(g.config().run(), image), noise(g, shape));
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
    g.leaveOut("var0", "var", "var1"); // variances at both ends, logged only
    if (!g.golden().has("out/loss_diff")) {
      g.drop("loss_recon"); // the PyTorch program has means over images only
      g.drop("loss_klz");
      g.drop("loss_diff");
    } else if (g.golden().array("out/loss_diff").shape().length > 1) {
      g.drop("loss_diff"); // a quirk: of each image with each other's; the mean is right
    }
  }

  private static <T extends TFloating> Noise<T> noise(CaseGraph<T> g, long[] shape) {
    Maths<T> m = g.m();
    Deque<NpyArray> normal = new ArrayDeque<>(g.golden().noise("normal"));
    boolean drawn = !g.config().isVdm() && !g.config().givenLabel();
    String kind = g.config().latentNoise();
    Operand<T> latent = m.constant(0);
    if (drawn) {
      latent =
          g.fed("latent", kind.equals("normal") ? normal.remove() : g.golden().noise(kind).get(0));
    }
    return new Noise<>(
        g.fed("times", new long[] {shape[0]}, times(g, (int) shape[0])),
        latent,
        m.constant(g.config().step()),
        g.fed("reconstruction", normal.remove()),
        g.fed("diffusion", normal.remove()));
  }

  private static <T extends TFloating> BoundTerms<T> bound(
      CaseGraph<T> g, DiffusionModel model, Noise<T> noise) {
    Maths<T> m = g.m();
    Operand<TUint8> images = g.images("images");
    Operand<T> context = m.reshape(g.input("conditioning"), -1, 1);
    Operand<T> free = m.ops().zerosLike(g.input("conditioning"));
    if (g.config().isVdm()) {
      return model.boundGiven(m, g.weights(), g.dropout(), images, context, free, context, noise);
    }
    if (g.config().givenLabel()) {
      Operand<T> label = g.fed("label", oneHot(g.golden().array("in/labels").toDoubles()));
      return model.boundGiven(m, g.weights(), g.dropout(), images, label, free, context, noise);
    }
    if (g.config().is("z_conditioning", false)) {
      Posterior<T> posterior = model.posterior(m, g.weights(), images);
      Operand<T> c = posterior.draw(noise.latent(), noise.step());
      return model.boundGiven(
          m, g.weights(), g.dropout(), images, c, posterior.kl(), context, noise);
    }
    return model.bound(m, g.weights(), g.dropout(), images, noise);
  }

  private static double[][] oneHot(double[] labels) {
    double[][] rows = new double[labels.length][LABELS];
    for (int i = 0; i < labels.length; i++) {
      rows[i][(int) labels[i]] = 1;
    }
    return rows;
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
