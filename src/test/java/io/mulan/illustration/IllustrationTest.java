package io.mulan.illustration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.illustration.Illustration.Given;
import io.mulan.illustration.Illustration.Learned;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The three statements, each within its quadrature error; and that the error is small. */
final class IllustrationTest {
  /** Rounding, where quadrature says that it is exact. */
  private static final double ROUNDING = 1e-9;

  /** What quadrature may be off at most, in nats. */
  private static final double SMALL = 1e-5;

  private static final int SAMPLES = 200_000;

  private static Illustration illustration;

  @BeforeAll
  static void train() {
    illustration = new Illustration(600, 0);
    assertTrue(illustration.learn(() -> false, done -> {}));
  }

  @AfterAll
  static void close() {
    illustration.close();
  }

  private static void assertSame(Nats expected, Nats actual) {
    double error = expected.error() + actual.error();
    assertTrue(error < SMALL, () -> expected + " " + actual);
    assertEquals(expected.value(), actual.value(), error + ROUNDING);
  }

  @Test
  void allScalarSchedulesHaveOneBoundWithAnyNetwork() {
    Mixture data = Illustration.data();
    for (SharedGain network : List.of(new SharedGain(0), new SharedGain(-2))) {
      Nats linear = data.bound(illustration.scalar().get(0).curve(), network);
      for (Given g : illustration.scalar()) {
        assertSame(linear, data.bound(g.curve(), network));
      }
    }
    for (Given g : illustration.scalar()) {
      assertSame(illustration.learned().get(0).bound(), g.network());
      assertSame(illustration.entropy(), g.exact());
    }
  }

  @Test
  void onEveryPathTheBoundOfTheExactPosteriorMeanIsTheEntropy() {
    for (Given g : illustration.multivariate()) {
      assertSame(illustration.entropy(), g.exact());
      assertSame(illustration.gaussianEntropy(), g.gaussian());
    }
    for (Learned l : illustration.learned()) {
      assertSame(illustration.entropy(), Illustration.data().exactBound(l.curves().get(0)));
    }
  }

  @Test
  void thePathOfALimitedNetworkMattersAndIsLearned() {
    List<Learned> learned = illustration.learned();
    assertTrue(
        illustration.multivariate().stream().mapToDouble(g -> g.network().value()).max().orElse(0)
            > learned.get(0).bound().value() + 0.1);
    for (int i = 1; i < learned.size(); i++) {
      Nats gain = learned.get(i - 1).bound().minus(learned.get(i).bound());
      assertTrue(gain.error() < SMALL, gain::toString);
      assertTrue(gain.value() > 0.1, gain::toString);
      // The path, not the network: on a scalar schedule it is worse than the one made for it.
      Nats straight = learned.get(i).straight();
      assertTrue(straight.value() > learned.get(0).bound().value(), straight::toString);
    }
  }

  @Test
  void theExcessErrorAlongEachPathIsWhatItsBoundExceedsTheEntropyBy() {
    for (Learned l : illustration.learned()) {
      assertSame(illustration.entropy().plus(l.excess()), l.bound());
    }
  }

  /** The bound by draws of image, latent, time and noise, from none of the formulas above. */
  @Test
  void theGainIsTheOneOfDrawnImages() {
    Mixture data = Illustration.data();
    Random random = new Random(7);
    double scalar = 0;
    double squares = 0;
    double adaptive = 0;
    List<Learned> learned = illustration.learned();
    Learned first = learned.get(0);
    Learned last = learned.get(2);
    double[] times = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      times[i] = (i + random.nextDouble()) / SAMPLES;
    }
    Curve.Points line = first.curves().get(0).at(times);
    List<Curve.Points> paths = last.curves().stream().map(c -> c.at(times)).toList();
    for (int i = 0; i < SAMPLES; i++) {
      int k = random.nextInt(2);
      Matrix root = data.kind(k).covariance().root();
      double n1 = random.nextGaussian();
      double n2 = random.nextGaussian();
      double[] f = {root.first(n1, n2), root.second(n1, n2)};
      double[] noise = {random.nextGaussian(), random.nextGaussian()};
      double before = integrand(first.network(), line, i, f, noise);
      double after = integrand(last.network(), paths.get(k), i, f, noise);
      scalar += before;
      adaptive += after;
      squares += (before - after) * (before - after);
    }
    double difference = (scalar - adaptive) / SAMPLES;
    double error = Math.sqrt((squares / SAMPLES - difference * difference) / SAMPLES);
    // The ends, and the latent, are not drawn.
    double expected = diffusion(data, first) - diffusion(data, last);
    assertTrue(error < 0.05, "standard error " + error);
    assertEquals(expected, difference, 4 * error);
  }

  private static double diffusion(Mixture data, Learned learned) {
    double sum = 0;
    for (int k = 0; k < 2; k++) {
      Field field = data.kind(k).field(learned.network());
      sum += learned.curves().get(k).integral(field).value() / 2;
    }
    return sum;
  }

  private static double integrand(
      SharedGain network, Curve.Points points, int i, double[] f, double[] noise) {
    double sum = 0;
    double[] gamma = points.gamma()[i];
    for (int j = 0; j < 2; j++) {
      double seen = f[j] + Math.exp(gamma[j] / 2) * noise[j]; // z/α
      double wrong = f[j] - network.gain(gamma) * seen;
      sum += Math.exp(-gamma[j]) * points.rate()[i][j] * wrong * wrong / 2;
    }
    return sum;
  }
}
