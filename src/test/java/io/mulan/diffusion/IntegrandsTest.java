package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** One integrand in all its forms, and one integral however it is sampled. */
final class IntegrandsTest {
  /** A network that predicts ε̂, and what it says in the terms of f and v. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "polynomial",
        "polynomial_scalar",
        "monotone",
        "linear",
        "multivariate_linear",
        "fixed",
        "scalar",
        "monotone_scalar"
      })
  void oneNetworkHasOneIntegrandInAllParameterisations(String schedule) {
    try (SmallModel<TFloat32> small =
        new SmallModel<>(TFloat32.class, "schedule.kind=" + schedule)) {
      Maths<TFloat32> m = small.m;
      Maths<TFloat64> d = m.doubles();
      Random random = new Random(9);
      int n = SmallModel.IMAGE.size();
      double[] times = random.doubles(SmallModel.BATCH).toArray();
      Operand<TFloat64> gamma = gamma(small, times);
      NoisySignal<TFloat64> exact =
          NoisySignal.at(
              d, NoiseLevel.of(d, gamma), image(d, random, n, 1), image(d, random, n, 2));
      NoisySignal<TFloat32> z = exact.in(m);
      Operand<TFloat64> alpha = exact.level().alpha();
      Operand<TFloat64> sigma = exact.level().sigma();
      Operand<TFloat64> epsilon = image(d, random, n, 1);
      Operand<TFloat64> f = d.div(d.sub(exact.value(), d.mul(sigma, epsilon)), alpha);
      Operand<TFloat64> v = d.sub(d.mul(alpha, epsilon), d.mul(sigma, f));
      List<double[]> all =
          small.run(
              0,
              times,
              List.of(
                  Prediction.EPSILON.squaredError(m, z, m.cast(epsilon)),
                  Prediction.X.squaredError(m, z, m.cast(f)),
                  Prediction.V.squaredError(m, z, m.cast(v)),
                  Prediction.V_FROM_EPSILON.squaredError(m, z, m.cast(epsilon))));
      double largest = 0;
      for (double e : all.get(0)) {
        largest = Math.max(largest, e);
      }
      for (int form = 1; form < all.size(); form++) {
        assertArrayEquals(all.get(0), all.get(form), 3e-5 * largest, "form " + form);
      }
    }
  }

  /** All outputs of one network say the same noise, and move z alike along the flow. */
  @Test
  void allParameterisationsHaveOneNoiseAndOneFlow() {
    try (SmallModel<TFloat64> small = new SmallModel<>(TFloat64.class)) {
      Maths<TFloat64> d = small.m;
      Random random = new Random(9);
      int n = SmallModel.IMAGE.size();
      NoiseLevel<TFloat64> at = NoiseLevel.of(d, image(d, random, n, 3));
      Operand<TFloat64> z = image(d, random, n, 2);
      Operand<TFloat64> epsilon = image(d, random, n, 1);
      Operand<TFloat64> f = d.div(d.sub(z, d.mul(at.sigma(), epsilon)), at.alpha());
      Operand<TFloat64> v = d.sub(d.mul(at.alpha(), epsilon), d.mul(at.sigma(), f));
      Map<Prediction, Operand<TFloat64>> outputs =
          Map.of(
              Prediction.V, v,
              Prediction.EPSILON, epsilon,
              Prediction.X, f,
              Prediction.V_FROM_EPSILON, epsilon);
      List<Operand<TFloat64>> asked = new ArrayList<>();
      outputs.forEach((form, output) -> asked.add(d.add(form.noise(d, at, z, output), 0)));
      outputs.forEach((form, output) -> asked.add(form.flow(d, at, z, output)));
      asked.add(epsilon);
      asked.add(d.mul(d.mul(at.alpha(), at.sigma()), v));
      List<double[]> all = small.run(0, new double[SmallModel.BATCH], asked);
      for (int form = 0; form < outputs.size(); form++) {
        assertArrayEquals(all.get(8), all.get(form), 1e-12, "noise " + form);
        assertArrayEquals(all.get(9), all.get(form + 4), 1e-12, "flow " + form);
      }
    }
  }

  /** γ at each image's time [B,H,W,C]. */
  private static Operand<TFloat64> gamma(SmallModel<TFloat32> small, double[] times) {
    Maths<TFloat64> d = small.m.doubles();
    NoiseSchedule schedule = NoiseSchedule.of(small.config().schedule(), SmallModel.IMAGE);
    Net<TFloat32> net = new Net<>(small.m, small.weights("none"), Dropout.none(), "gamma");
    double[] latent = new Random(2).doubles(SmallModel.BATCH * 5).toArray();
    Operand<TFloat64> c = d.reshape(d.vector(latent), SmallModel.BATCH, 5);
    Operand<TFloat64> g = schedule.path(net.doubles(), c).gamma(d.reshape(d.vector(times), -1, 1));
    Operand<TFloat64> ones =
        d.add(d.ops().zerosLike(image(d, new Random(0), SmallModel.IMAGE.size(), 1)), 0);
    Operand<TFloat64> flat = d.add(d.reshape(ones, SmallModel.BATCH, -1), g);
    return d.reshape(flat, SmallModel.shape());
  }

  private static Operand<TFloat64> image(Maths<TFloat64> d, Random random, int n, double scale) {
    double[] values =
        random.doubles((long) SmallModel.BATCH * n, -1, 1).map(x -> x * scale).toArray();
    return d.reshape(d.vector(values), SmallModel.shape());
  }

  /** The diffusion terms of each image at given times. */
  private static Operand<TFloat64> diffusion(SmallModel<TFloat64> small) {
    return small
        .model
        .bound(small.m, small.weights("none"), Dropout.none(), small.images, small.noise())
        .diffusion();
  }

  /** Means of something of each image over midpoints u = (i + ½)/count. */
  private static double[] integral(
      int count, SmallModel<TFloat64> small, Operand<TFloat64> integrand) {
    double[] means = new double[SmallModel.BATCH];
    for (int i = 0; i < count; i++) {
      double u = (i + 0.5) / count;
      double[] values = small.run(0, new double[] {u, u, u}, List.of(integrand)).get(0);
      for (int b = 0; b < means.length; b++) {
        means[b] += values[b] / count;
      }
    }
    return means;
  }

  private static double[] diffusion(int count, String... settings) {
    try (SmallModel<TFloat64> small = new SmallModel<>(TFloat64.class, settings)) {
      return integral(count, small, diffusion(small));
    }
  }

  /** Of order 1/T, from above. */
  @ParameterizedTest
  @ValueSource(strings = "v")
  void discreteTimeConvergesToContinuousTime(String prediction) {
    // ε depends on no time, so that the integrand is smooth in t.
    String p = "loss.prediction=" + prediction;
    double[] continuous = diffusion(128, p, "network.fourier=[]");
    double coarse =
        distance(continuous, diffusion(128, p, "network.fourier=[]", "loss.timesteps=16"));
    double fine =
        distance(continuous, diffusion(128, p, "network.fourier=[]", "loss.timesteps=128"));
    assertTrue(fine < 0.2 * coarse, "T = 16: " + coarse + ", T = 128: " + fine);
    assertTrue(fine < 0.06, "T = 128: " + fine);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"epsilon", "x", "v_from_epsilon"})
  void discreteTimeConvergesInOtherParameterisations(String prediction) {
    discreteTimeConvergesToContinuousTime(prediction);
  }

  /** The largest relative difference. */
  private static double distance(double[] expected, double[] actual) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] / expected[i] - 1));
    }
    return largest;
  }

  /** Whatever the density of t, the integral is the same. */
  @ParameterizedTest
  @ValueSource(strings = "polynomial")
  void importanceSampledTimesHaveTheSameMean(String schedule) {
    String[] plain = {"schedule.kind=" + schedule, "network.fourier=[]"};
    String[] weighted = {
      "schedule.kind=" + schedule, "network.fourier=[]", "loss.times=importance"
    };
    double[] expected = diffusion(64, plain);
    assertEquals(0, distance(expected, diffusion(64, weighted)), 5e-3);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"monotone", "scalar"})
  void importanceSampledTimesHaveTheSameMeanOnOtherSchedules(String schedule) {
    importanceSampledTimesHaveTheSameMean(schedule);
  }

  /**
   * The method's own form: -½ ∫ Σ ν'(t) (f - f̂)² dt by quadrature, with ν' a central difference,
   * against the estimator of random times.
   */
  @Test
  void theSampledEstimatorHasTheMeanOfTheReconstructionErrorsIntegral() {
    String[] settings = {"loss.prediction=x", "network.fourier=[]"};
    int draws = 300;
    double[] quadrature;
    double[] mean = new double[SmallModel.BATCH];
    double[] squares = new double[SmallModel.BATCH];
    try (SmallModel<TFloat64> small = new SmallModel<>(TFloat64.class, settings)) {
      quadrature = integral(256, small, reconstructionIntegrand(small));
      Random random = new Random(4);
      Operand<TFloat64> diffusion = diffusion(small);
      for (int i = 0; i < draws; i++) {
        double[] t = random.doubles(SmallModel.BATCH).toArray();
        double[] values = small.run(0, t, List.of(diffusion)).get(0);
        for (int b = 0; b < mean.length; b++) {
          mean[b] += values[b] / draws;
          squares[b] += values[b] * values[b] / draws;
        }
      }
    }
    for (int b = 0; b < mean.length; b++) {
      double error = Math.sqrt((squares[b] - mean[b] * mean[b]) / draws);
      assertEquals(quadrature[b], mean[b], 3.5 * error, "image " + b + " ± " + error);
    }
  }

  /** -½ Σ ν'(t) (f - f̂)² of each image, with the noise of the small model. */
  private static Operand<TFloat64> reconstructionIntegrand(SmallModel<TFloat64> small) {
    Maths<TFloat64> d = small.m;
    Net<TFloat64> net = new Net<>(d, small.weights("none"), Dropout.none(), "");
    Noise<TFloat64> noise = small.noise();
    Posterior<TFloat64> posterior = small.model.posterior(d, small.weights("none"), small.images);
    Operand<TFloat64> c = posterior.draw(noise.latent(), noise.step());
    NoiseSchedule.Path<TFloat64> path =
        NoiseSchedule.of(small.config().schedule(), SmallModel.IMAGE).path(net.in("gamma"), c);
    Operand<TFloat64> t = d.reshape(small.times, -1, 1);
    double h = 1e-5;
    Operand<TFloat64> up = path.gamma(d.add(t, h));
    Operand<TFloat64> down = path.gamma(d.add(t, -h));
    Operand<TFloat64> slope =
        d.mul(d.sub(d.exp(d.neg(up)), d.exp(d.neg(down))), 1 / (2 * h)); // ν' [B, n]
    Operand<TFloat64> gamma = d.reshape(path.gamma(t), SmallModel.shape());
    Operand<TFloat64> f = new ImageCodec(5).encode(d, small.images);
    NoisySignal<TFloat64> z = NoisySignal.at(d, NoiseLevel.of(d, gamma), f, noise.diffusion());
    Operand<TFloat64> predicted = small.model.denoiser().output(net, z.value(), gamma, c);
    Operand<TFloat64> squared = d.flatten(d.square(d.sub(f, predicted)));
    return d.mul(d.sum(d.mul(slope, squared), 1), -0.5);
  }
}
