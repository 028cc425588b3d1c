package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.LatentConfig;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.hipparchus.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** The law of k-subsets against the enumeration of all of them. */
final class SubsetLawTest {

  /** All subsets of m categories with k members, as bits, and their probabilities. */
  private static final class Enumeration {
    final int[] subsets;
    final double[] probabilities;
    final double logPartition;

    Enumeration(double[] logits, int k) {
      int m = logits.length;
      subsets = IntStream.range(0, 1 << m).filter(s -> Integer.bitCount(s) == k).toArray();
      double[] scores = Arrays.stream(subsets).mapToDouble(s -> score(logits, s)).toArray();
      double largest = Arrays.stream(scores).max().getAsDouble();
      double sum = Arrays.stream(scores).map(x -> Math.exp(x - largest)).sum();
      logPartition = largest + Math.log(sum);
      probabilities = Arrays.stream(scores).map(x -> Math.exp(x - logPartition)).toArray();
    }

    private static double score(double[] logits, int subset) {
      double score = 0;
      for (int i = 0; i < logits.length; i++) {
        score += (subset >> i & 1) * logits[i];
      }
      return score;
    }

    double[] marginals(int m) {
      double[] marginals = new double[m];
      for (int s = 0; s < subsets.length; s++) {
        for (int i = 0; i < m; i++) {
          marginals[i] += (subsets[s] >> i & 1) * probabilities[s];
        }
      }
      return marginals;
    }

    double kl() {
      double kl = Math.log(subsets.length);
      for (double p : probabilities) {
        kl += p > 0 ? p * Math.log(p) : 0;
      }
      return kl;
    }
  }

  private static double[] logits(int m, double scale) {
    return new Random(m).doubles(m, -1, 1).map(x -> x * scale).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1, 1",
    "3, 2, 3",
    "5, 1, 0",
    "5, 4, 2",
    "7, 3, 5",
    "10, 5, 1",
    "10, 3, 30",
    "10, 9, 300"
  })
  void partitionMarginalsAndKlAreThoseOfTheEnumeration(int m, int k, double scale) {
    double[] logits = logits(m, scale);
    Enumeration exact = new Enumeration(logits, k);
    try (Graph graph = new Graph()) {
      Maths<TFloat64> maths = new Maths<>(GraphScope.ops(graph), TFloat64.class);
      Operand<TFloat64> l = maths.reshape(maths.vector(logits), 1, m);
      SubsetLaw<TFloat64> law = new SubsetLaw<>(maths, l, m, k);
      Posterior<TFloat64> posterior = posterior(maths, l, m, k, LatentConfig.Gradient.IDENTITY);
      List<double[]> values =
          run(graph, List.of(law.logPartition(), law.marginals(), posterior.kl()));
      assertEquals(exact.logPartition, values.get(0)[0], 1e-12 * Math.max(1, scale * k));
      assertArrayEquals(exact.marginals(m), values.get(1), 1e-12);
      assertEquals(exact.kl(), values.get(2)[0], 1e-12 * Math.max(1, scale * k));
    }
  }

  @Test
  void theGradientOfTheKlIsItsCentralDifference() {
    int m = 6;
    int k = 2;
    double[] logits = logits(m, 2);
    double[] gradient;
    try (Graph graph = new Graph()) {
      Maths<TFloat64> maths = new Maths<>(GraphScope.ops(graph), TFloat64.class);
      Operand<TFloat64> l = maths.reshape(maths.vector(logits), 1, m);
      Operand<TFloat64> kl = posterior(maths, l, m, k, LatentConfig.Gradient.IDENTITY).kl();
      gradient = run(graph, Gradients.of(maths, kl, maths.ops().onesLike(kl), List.of(l))).get(0);
    }
    double h = 1e-5;
    for (int i = 0; i < m; i++) {
      double[] up = logits.clone();
      double[] down = logits.clone();
      up[i] += h;
      down[i] -= h;
      double slope = (new Enumeration(up, k).kl() - new Enumeration(down, k).kl()) / (2 * h);
      assertEquals(slope, gradient[i], 1e-8);
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 2, 1", "6, 3, 2", "8, 1, 1", "10, 8, 1"})
  void subsetsAreDrawnAsOftenAsTheyShould(int m, int k, double scale) {
    int draws = 40_000;
    double[] logits = logits(m, scale);
    Enumeration exact = new Enumeration(logits, k);
    long[] counts = new long[1 << m];
    try (Graph graph = new Graph()) {
      Maths<TFloat32> maths = new Maths<>(GraphScope.ops(graph), TFloat32.class);
      double[] uniform = new Random(7).doubles((long) draws * m).toArray();
      Operand<TFloat32> u = maths.reshape(maths.vector(uniform), draws, m);
      Operand<TFloat32> l =
          maths
              .ops()
              .tile(
                  maths.reshape(maths.vector(logits), 1, m),
                  maths.ops().constant(new int[] {draws, 1}));
      double[] chosen =
          run(graph, List.of(new SubsetLaw<>(maths, l, m, k).draw(u).chosen())).get(0);
      for (int d = 0; d < draws; d++) {
        int subset = 0;
        for (int i = 0; i < m; i++) {
          subset |= (int) chosen[d * m + i] << i;
        }
        assertEquals(k, Integer.bitCount(subset), "exactly k are on");
        counts[subset]++;
      }
    }
    double[] expected = Arrays.stream(exact.probabilities).map(p -> p * draws).toArray();
    long[] observed = Arrays.stream(exact.subsets).mapToLong(s -> counts[s]).toArray();
    double p = new ChiSquareTest().chiSquareTest(expected, observed);
    assertTrue(p > 1e-3, "χ² test: p = " + p);
  }

  /** Also where one choice is forced by 600 nats, and everywhere along the way. */
  @Test
  void extremeLogitsStillChooseExactlyK() {
    double[] logits = {300, -300, 0, 1e4, -1e4, 5};
    try (Graph graph = new Graph()) {
      Maths<TFloat32> maths = new Maths<>(GraphScope.ops(graph), TFloat32.class);
      Operand<TFloat32> l = maths.reshape(maths.vector(logits), 1, 6);
      SubsetLaw<TFloat32> law = new SubsetLaw<>(maths, l, 6, 3);
      Operand<TFloat32> u = maths.reshape(maths.vector(0.1, 0.9, 0.5, 0.999, 0.001, 0.3), 1, 6);
      Operand<TFloat32> kl = posterior(maths, l, 6, 3, LatentConfig.Gradient.MARGINALS).kl();
      List<Operand<TFloat32>> all = new ArrayList<>();
      all.add(law.draw(u).chosen());
      all.add(law.marginals());
      all.addAll(Gradients.of(maths, kl, maths.ops().onesLike(kl), List.of(l)));
      List<double[]> values = run(graph, all);
      assertArrayEquals(new double[] {1, 0, 0, 1, 0, 1}, values.get(0));
      assertEquals(3, Arrays.stream(values.get(1)).sum(), 1e-5);
      for (double g : values.get(2)) {
        assertTrue(Double.isFinite(g), Arrays.toString(values.get(2)));
      }
    }
  }

  /** The value of every estimator is the subset itself; only their gradients differ. */
  @Test
  void everyEstimatorHasTheSameValueAndAGradientOfItsOwn() {
    int m = 5;
    int k = 2;
    double[] logits = logits(m, 1);
    Map<LatentConfig.Gradient, double[]> gradients = new EnumMap<>(LatentConfig.Gradient.class);
    for (LatentConfig.Gradient estimator : LatentConfig.Gradient.values()) {
      try (Graph graph = new Graph()) {
        Maths<TFloat64> maths = new Maths<>(GraphScope.ops(graph), TFloat64.class);
        Operand<TFloat64> l = maths.reshape(maths.vector(logits), 1, m);
        Operand<TFloat64> u = maths.reshape(maths.vector(0.3, 0.8, 0.6, 0.2, 0.5), 1, m);
        Operand<TFloat64> c = posterior(maths, l, m, k, estimator).draw(u, maths.constant(0));
        Operand<TFloat64> seed = maths.reshape(maths.vector(1, -2, 0.5, 3, -1), 1, m);
        List<Operand<TFloat64>> all = new ArrayList<>(List.of(c));
        all.addAll(Gradients.of(maths, c, seed, List.of(l)));
        List<double[]> values = run(graph, all);
        for (double x : values.get(0)) {
          assertTrue(x == 0 || x == 1, "c is " + Arrays.toString(values.get(0)));
        }
        assertEquals(k, Arrays.stream(values.get(0)).sum());
        gradients.put(estimator, values.get(1));
      }
    }
    double[] zero = new double[m];
    assertArrayEquals(zero, gradients.get(LatentConfig.Gradient.SCORE_FUNCTION));
    // Σ c is k whatever the logits: a projected or exact gradient has no part along it.
    for (var e : List.of(LatentConfig.Gradient.IDENTITY, LatentConfig.Gradient.MARGINALS)) {
      assertEquals(0, Arrays.stream(gradients.get(e)).sum(), 1e-12);
    }
  }

  private static <T extends TFloating> Posterior<T> posterior(
      Maths<T> maths, Operand<T> logits, int m, int k, LatentConfig.Gradient gradient) {
    return new SubsetLatent(m, k, gradient)
        .posterior(
            maths,
            new Latent.Encoder<>() {
              @Override
              public Operand<T> head(String suffix) {
                return logits;
              }

              @Override
              public Operand<T> zeros() {
                throw new AssertionError("not asked for");
              }
            });
  }

  private static <T extends TFloating> List<double[]> run(
      Graph graph, List<? extends Operand<T>> what) {
    try (Session session = GraphSession.plain(graph)) {
      Session.Runner runner = session.runner();
      what.forEach(runner::fetch);
      try (Result result = runner.run()) {
        return IntStream.range(0, what.size()).mapToObj(i -> values(result, i)).toList();
      }
    }
  }

  private static double[] values(Result result, int index) {
    if (result.get(index) instanceof TFloat32 t) {
      float[] floats = new float[(int) t.size()];
      t.asRawTensor().data().asFloats().read(floats);
      double[] doubles = new double[floats.length];
      Arrays.setAll(doubles, i -> floats[i]);
      return doubles;
    }
    TFloat64 t = (TFloat64) result.get(index);
    double[] doubles = new double[(int) t.size()];
    t.asRawTensor().data().asDoubles().read(doubles);
    return doubles;
  }
}
