package io.mulan.diffusion;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.golden.CaseGraph;
import io.mulan.golden.GoldenFile;
import io.mulan.golden.PublishedConfig;
import io.mulan.numpy.NpyArray;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** Ancestral sampling with the noise that the published code drew, step by step. */
@Tag("golden")
final class SamplersGoldenTest {

  @TestFactory
  Stream<DynamicTest> trajectoriesAndImagesEqualThePublishedOnes() {
    return GoldenFile.someTests("samplers", c -> true, SamplersGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Maths<TFloat64> d = m.doubles();
    long[] shape = g.golden().inputShape("z_init");
    ImageShape image = new ImageShape((int) shape[1], (int) shape[2], (int) shape[3]);
    DiffusionModel model = new DiffusionModel(config(g.config()), image);
    g.leaveOutParameters(DiffusionModel.ENCODER);
    Operand<T> context = m.reshape(g.input("conditioning"), -1, 1);
    ReverseProcess<T> reverse = model.reverse(m, g.weights(), latent(g, context), context);
    Operand<TFloat64> z = d.cast(g.input("z_init"));
    List<NpyArray> noise = g.golden().noise("normal");
    int steps = g.golden().json().get("T").asInt();
    List<Operand<T>> trajectory = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      Operand<TFloat64> t = d.constant((double) (steps - i) / steps);
      Operand<TFloat64> s = d.constant((double) (steps - i - 1) / steps);
      z = reverse.step(z, t, s, d.cast(g.fed("noise" + i, noise.get(i))));
      trajectory.add(m.cast(z));
    }
    g.result("z_steps", m.ops().stack(trajectory));
    g.result("samples", m.cast(reverse.mostLikely(z)));
  }

  /** The published VDM has a setting by which its network predicts the image. */
  private static RunConfig config(PublishedConfig published) {
    RunConfig config = published.run();
    return published.isVdm() && published.is("reparam_type", "input")
        ? ConfigReader.override(config, List.of("loss.prediction=x"))
        : config;
  }

  /** Given, or the one that the published code samples with: the first categories, or zeros. */
  private static <T extends TFloating> Operand<T> latent(CaseGraph<T> g, Operand<T> context) {
    if (g.config().isVdm()) {
      return context;
    }
    if (g.golden().hasInputs("z_init", "conditioning", "embedding")) {
      return g.input("embedding");
    }
    int size = g.config().latent().size();
    double[][] rows = new double[(int) g.golden().inputShape("z_init")[0]][size];
    for (double[] row : rows) {
      switch (g.config().latent().kind()) {
        case TOP_K -> Arrays.fill(row, 0, g.config().latent().k(), 1);
        case GUMBEL -> row[1] = 1;
        case GAUSSIAN, NONE -> {}
      }
    }
    return g.fed("latent", rows);
  }
}
