package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat64;

/** log p(x | z_0) from the levels that have weight is that from all levels. */
final class ImageCodecTest {
  private static final int LEVELS = 256;
  private static final int PIXELS = 1024;

  private static ImageCodec codec(String... settings) {
    RunConfig config = ConfigReader.preset("cifar10", settings);
    return ImageCodec.of(config.data().levels(), config.schedule());
  }

  @ParameterizedTest
  @CsvSource({
    "-13.3, fixed, 2", // σ is a sixth of a level
    "-10, fixed, 9",
    "-5, fixed, 105",
    "-2, fixed, 256",
    "-13.3, learned, 256" // nothing is known of σ
  })
  void levelsWithoutWeightAreNotCounted(double gammaMin, String ends, int reach) {
    ImageCodec codec = codec("schedule.gamma_min=" + gammaMin, "schedule.ends=" + ends);
    assertEquals(new ImageCodec(LEVELS, reach), codec);
  }

  /** Every level, also the first and the last, with usual noise and with noise beyond any. */
  @ParameterizedTest
  @CsvSource({"-13.3, 1", "-13.3, 40", "-10, 1", "-8, 3"})
  void valuesAndGradientsAreThoseOfAllLevels(double gamma0, double times) {
    List<double[]> expected = values(new ImageCodec(LEVELS), gamma0, times);
    List<double[]> actual = values(codec("schedule.gamma_min=" + gamma0), gamma0, times);
    for (int i = 0; i < expected.size(); i++) {
      double largest = DoubleStream.of(expected.get(i)).map(Math::abs).max().orElseThrow();
      assertArrayEquals(expected.get(i), actual.get(i), 1e-14 * largest);
    }
  }

  /** For each pixel: the value, and its derivatives by z_0 / α_0 and by γ(0). */
  private static List<double[]> values(ImageCodec codec, double gamma, double times) {
    Random random = new Random(1);
    double sigma = times * Math.exp(gamma / 2);
    double[] signal =
        IntStream.range(0, PIXELS).mapToDouble(i -> 2 * (i % LEVELS + 0.5) / LEVELS - 1).toArray();
    double[] near =
        IntStream.range(0, PIXELS)
            .mapToDouble(i -> signal[i] + sigma * random.nextGaussian())
            .toArray();
    try (Graph graph = new Graph()) {
      Maths<TFloat64> m = new Maths<>(GraphScope.ops(graph), TFloat64.class);
      Operand<TFloat64> r = m.reshape(m.vector(near), PIXELS, 1, 1, 1);
      Operand<TFloat64> gamma0 =
          m.add(m.ops().zerosLike(r), gamma); // for each pixel, so that its gradient is
      Operand<TFloat64> p =
          codec.logProbability(m, m.reshape(m.vector(signal), PIXELS, 1, 1, 1), r, gamma0);
      List<Operand<TFloat64>> by = Gradients.of(m, p, m.ops().onesLike(p), List.of(r, gamma0));
      try (GraphSession session = GraphSession.open(graph);
          Result result = session.runner().fetch(p).fetch(by.get(0)).fetch(by.get(1)).run()) {
        return IntStream.range(0, 3)
            .mapToObj(i -> Tensors.doubles((TFloat64) result.get(i)))
            .toList();
      }
    }
  }
}
