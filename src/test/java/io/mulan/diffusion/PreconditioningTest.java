package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;

/** A preconditioned network with F = 0 is the best denoiser of independent normal pixels. */
final class PreconditioningTest {
  private static final double POWER = 0.4;
  private static final String[] LINEAR = {
    "network.preconditioning=linear", "network.signal_power=" + POWER, "network.fourier=[]"
  };

  /** Midpoints of the integral over t. */
  private static final int TIMES = 400;

  /**
   * The diffusion term is then, whatever the path, ½ Σ [log u + (f²/s² - 1)/-u] between the ends,
   * with u = 1 + ν s². It is quadratic in the noise, so that its mean over ε = 1 and ε = -1 is its
   * expectation.
   */
  @ParameterizedTest
  @CsvSource({"epsilon, polynomial", "x, monotone"})
  void withoutANetworkTheDiffusionTermIsThatOfIndependentNormalPixels(
      String prediction, String schedule) {
    try (SmallModel<TFloat64> small =
        small("loss.prediction=" + prediction, "schedule.kind=" + schedule)) {
      Maths<TFloat64> m = small.m;
      Weights<TFloat64> weights = withoutOutput(small);
      Operand<TFloat64> up = diffusion(small, weights, 1);
      Operand<TFloat64> down = diffusion(small, weights, -1);
      Operand<TFloat64> mean = m.mul(m.add(up, down), 0.5);
      double[] actual = new double[SmallModel.BATCH];
      for (int i = 0; i < TIMES; i++) {
        double[] t = new double[SmallModel.BATCH];
        Arrays.fill(t, (i + 0.5) / TIMES);
        double[] values = small.run(0, t, List.of(mean)).get(0);
        Arrays.setAll(actual, b -> actual[b] + values[b] / TIMES);
      }
      Operand<TFloat64> signal = small.model.codec().encode(m, small.images);
      double[] f = small.run(0, new double[SmallModel.BATCH], List.of(signal)).get(0);
      double[] ends = ends(small, weights);
      int n = SmallModel.IMAGE.size();
      for (int b = 0; b < actual.length; b++) {
        double expected = 0;
        for (int i = b * n; i < (b + 1) * n; i++) {
          double squared = f[i] * f[i] / POWER;
          double u0 = 1 + Math.exp(-ends[i]) * POWER;
          double u1 = 1 + Math.exp(-ends[f.length + i]) * POWER;
          expected += 0.5 * (Math.log(u0 / u1) + (squared - 1) * (1 / u1 - 1 / u0));
        }
        assertEquals(expected, actual[b], 1e-3 * expected, "image " + b);
      }
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"v, fixed", "v_from_epsilon, linear"})
  void theDiffusionTermIsThatOfNormalPixelsForOtherPredictionsAndSchedules(
      String prediction, String schedule) {
    withoutANetworkTheDiffusionTermIsThatOfIndependentNormalPixels(prediction, schedule);
  }

  /** With the same F they say the same, so that their bounds differ by rounding alone. */
  @Test
  void allPredictionsAreOneModel() {
    double[] times = {0.1, 0.45, 0.83};
    double[] first = null;
    for (String prediction : List.of("v", "epsilon", "x", "v_from_epsilon")) {
      try (SmallModel<TFloat64> small = small("loss.prediction=" + prediction)) {
        Operand<TFloat64> diffusion =
            small
                .model
                .bound(small.m, small.weights("none"), Dropout.none(), small.images, small.noise())
                .diffusion();
        double[] values = small.run(0, times, List.of(diffusion)).get(0);
        first = first == null ? values : first;
        assertArrayEquals(first, values, 1e-9 * first[0], prediction);
      }
    }
  }

  /** The velocity that an output stands for, and the output of a velocity. */
  @ParameterizedTest
  @ValueSource(strings = {"V", "EPSILON", "X", "V_FROM_EPSILON"})
  void theOutputOfAVelocityStandsForIt(String name) {
    try (SmallModel<TFloat64> small = small()) {
      Maths<TFloat64> m = small.m;
      Prediction prediction = Prediction.valueOf(name);
      NoiseLevel<TFloat64> at = NoiseLevel.of(m, m.vector(-6, -1, 0, 4));
      Operand<TFloat64> z = m.vector(0.3, -2, 1, 0.1);
      Operand<TFloat64> v = m.vector(-1, 0.5, 2, -0.2);
      Operand<TFloat64> back = prediction.velocity(m, at, z, prediction.ofVelocity(m, at, z, v));
      double[] values = small.run(0, new double[SmallModel.BATCH], List.of(m.add(back, 0))).get(0);
      assertArrayEquals(new double[] {-1, 0.5, 2, -0.2}, values, 1e-12);
    }
  }

  private static SmallModel<TFloat64> small(String... more) {
    String[] settings = Arrays.copyOf(LINEAR, LINEAR.length + more.length);
    System.arraycopy(more, 0, settings, LINEAR.length, more.length);
    return new SmallModel<>(TFloat64.class, settings);
  }

  /** The small model's, with F = 0. */
  private static Weights<TFloat64> withoutOutput(SmallModel<TFloat64> small) {
    Weights<TFloat64> weights = small.weights("none");
    return (name, shape, initializer) -> {
      Operand<TFloat64> weight = weights.get(name, shape, initializer);
      return name.startsWith("score_model/conv_out/") ? small.m.mul(weight, 0) : weight;
    };
  }

  private static Operand<TFloat64> diffusion(
      SmallModel<TFloat64> small, Weights<TFloat64> weights, double epsilon) {
    Noise<TFloat64> drawn = small.noise();
    Operand<TFloat64> same = small.m.add(small.m.ops().zerosLike(drawn.diffusion()), epsilon);
    Noise<TFloat64> noise =
        new Noise<>(drawn.times(), drawn.latent(), drawn.step(), drawn.reconstruction(), same);
    return small.model.bound(small.m, weights, Dropout.none(), small.images, noise).diffusion();
  }

  /** γ of each pixel of each image at times 0 and 1, one after the other. */
  private static double[] ends(SmallModel<TFloat64> small, Weights<TFloat64> weights) {
    Maths<TFloat64> m = small.m;
    Noise<TFloat64> noise = small.noise();
    Operand<TFloat64> c =
        small.model.posterior(m, weights, small.images).draw(noise.latent(), noise.step());
    var path = small.model.path(new Net<>(m, weights, Dropout.none(), ""), c);
    Operand<TFloat64> zero = m.zeros(m.ops().constant(SmallModel.BATCH), 1);
    Operand<TFloat64> image = m.zeros(m.ops().constant(SmallModel.BATCH), SmallModel.IMAGE.size());
    List<double[]> ends =
        small.run(
            0,
            new double[SmallModel.BATCH],
            List.of(m.add(image, path.gamma(zero)), m.add(image, path.gamma(m.add(zero, 1)))));
    double[] both = Arrays.copyOf(ends.get(0), 2 * ends.get(0).length);
    System.arraycopy(ends.get(1), 0, both, ends.get(0).length, ends.get(1).length);
    return both;
  }
}
