package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

final class StatelessRandomTest {
  private static final int COUNT = 200_000;

  /** Five standard deviations: chance alone crosses it once in a million. */
  private static final double SIGMAS = 5;

  @Test
  void uniformNumbersFillTheOpenIntervalEvenly() {
    float[] u = draw(r -> r.uniform("u", shape(r, COUNT)), 1, 2);
    int[] bins = new int[64];
    for (float x : u) {
      assertTrue(x > 0 && x < 1, () -> "out of range: " + x);
      bins[(int) (x * bins.length)]++;
    }
    double expected = (double) COUNT / bins.length;
    double chi2 = 0;
    for (int n : bins) {
      chi2 += (n - expected) * (n - expected) / expected;
    }
    int freedom = bins.length - 1;
    assertEquals(freedom, chi2, SIGMAS * Math.sqrt(2 * freedom));
  }

  @Test
  void normalNumbersHaveTheMomentsOfTheNormalLaw() {
    float[] x = draw(r -> r.normal("n", shape(r, COUNT)), 1, 2);
    assertMean(0, 1, x, v -> v);
    assertMean(1, 2, x, v -> v * v);
    assertMean(0, 15, x, v -> v * v * v);
    assertMean(3, 96, x, v -> v * v * v * v);
    // Both numbers of a pair of Box and Muller are used: they must not know of each other.
    double[] products = new double[COUNT / 2];
    for (int i = 0; i < products.length; i++) {
      products[i] = x[i] * x[i + COUNT / 2];
    }
    double mean = Arrays.stream(products).average().getAsDouble();
    assertEquals(0, mean, SIGMAS / Math.sqrt(products.length));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 1.0 / 15, 0.25, 1})
  void gammaNumbersHaveTheMomentsOfTheGammaLaw(double alpha) {
    float[] x = draw(r -> r.gamma("g", alpha, shape(r, COUNT)), 1, 2);
    assertMean(alpha, alpha, x, v -> v);
    double second = alpha * (alpha + 1);
    double fourth = second * (alpha + 2) * (alpha + 3);
    assertMean(second, fourth - second * second, x, v -> v * v);
    for (float v : x) {
      assertTrue(v >= 0 && Float.isFinite(v));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9})
  void bernoulliNumbersAreOneAsOftenAsAsked(double p) {
    float[] x = draw(r -> r.bernoulli("b", p, shape(r, COUNT)), 1, 2);
    assertMean(p, p * (1 - p), x, v -> v);
    for (float v : x) {
      assertTrue(v == 0 || v == 1);
    }
  }

  @Test
  void seedStepAndNameEachGiveOtherNumbersAndTheSameGiveTheSame() {
    Function<StatelessRandom<TFloat32>, Operand<TFloat32>> a = r -> r.normal("a", shape(r, 9));
    Function<StatelessRandom<TFloat32>, Operand<TFloat32>> b = r -> r.normal("b", shape(r, 9));
    float[] numbers = draw(a, 1, 2);
    assertEquals(9, numbers.length);
    assertArrayEquals(numbers, draw(a, 1, 2));
    assertFalse(Arrays.equals(numbers, draw(a, 2, 2)));
    assertFalse(Arrays.equals(numbers, draw(a, 1, 3)));
    assertFalse(Arrays.equals(numbers, draw(b, 1, 2)));
    assertFalse(Arrays.equals(numbers, draw(a, 2, 1)));
  }

  @Test
  void numbersAreTheSameWithXla() {
    try (Graph graph = new Graph();
        Session session = GraphSession.plain(graph)) {
      StatelessRandom<TFloat32> random = random(graph, Integer.MAX_VALUE, 7);
      List<Operand<TFloat32>> plain =
          List.of(
              random.uniform("u", shape(random, 1001)),
              random.normal("n", shape(random, 1001)),
              random.gamma("g", 0.1, shape(random, 1001)),
              random.bernoulli("b", 0.3, shape(random, 1001)));
      XlaCall call = XlaCall.add(graph, "compiled", List.of(), plain, List.of());
      for (int i = 0; i < plain.size(); i++) {
        try (Result result =
            session.runner().fetch(plain.get(i)).fetch(call.<TFloat32>output(i)).run()) {
          float[] p = floats(result, 0);
          float[] c = floats(result, 1);
          boolean bits = i == 0 || i == 3;
          for (int j = 0; j < p.length; j++) {
            assertEquals(p[j], c[j], bits ? 0 : 1e-5 * Math.max(Math.abs(p[j]), 1e-2));
          }
        }
      }
    }
  }

  private static void assertMean(
      double expected, double variance, float[] values, Function<Double, Double> of) {
    double sum = 0;
    for (float v : values) {
      sum += of.apply((double) v);
    }
    assertEquals(expected, sum / values.length, SIGMAS * Math.sqrt(variance / values.length));
  }

  private static Operand<TInt32> shape(StatelessRandom<?> r, int count) {
    return r.ops().constant(new int[] {count});
  }

  private static StatelessRandom<TFloat32> random(Graph graph, long seed, long step) {
    Ops tf = GraphScope.ops(graph);
    return new StatelessRandom<>(
        new Maths<>(tf, TFloat32.class), tf.constant(seed), tf.constant(step));
  }

  /** In one order or another, in two parts or in one. */
  @Test
  void theNumbersOfARowDoNotDependOnOtherRows() {
    for (String law : List.of("uniform", "normal", "gamma")) {
      float[] all = rows(law, 0, 7);
      float[] first = rows(law, 0, 3);
      float[] others = rows(law, 3, 4);
      float[] joined = Arrays.copyOf(first, all.length);
      System.arraycopy(others, 0, joined, first.length, others.length);
      assertArrayEquals(all, joined, 1e-6f, law);
      assertEquals(all.length, Arrays.stream(boxed(all)).distinct().count(), "all differ: " + law);
    }
  }

  /** Rows of five numbers, which is not a multiple of what Philox makes at once. */
  private static float[] rows(String law, long first, int count) {
    return draw(
        r -> {
          StatelessRandom<TFloat32> rows = r.rows(r.ops().constant(first));
          Operand<TInt32> shape = r.ops().constant(new int[] {count, 5});
          return switch (law) {
            case "uniform" -> rows.uniform("x", shape);
            case "normal" -> rows.normal("x", shape);
            default -> rows.gamma("x", 0.3, shape);
          };
        },
        1,
        2);
  }

  private static double[] boxed(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  @Test
  void rowsHaveTheMomentsOfTheNormalLaw() {
    float[] x =
        draw(
            r ->
                r.rows(r.ops().constant(11L))
                    .normal("n", r.ops().constant(new int[] {COUNT / 5, 5})),
            1,
            2);
    assertMean(0, 1, x, v -> v);
    assertMean(1, 2, x, v -> v * v);
    assertMean(3, 96, x, v -> v * v * v * v);
  }

  private static float[] draw(
      Function<StatelessRandom<TFloat32>, Operand<TFloat32>> what, long seed, long step) {
    try (Graph graph = new Graph();
        Session session = GraphSession.plain(graph);
        Result result = session.runner().fetch(what.apply(random(graph, seed, step))).run()) {
      return floats(result, 0);
    }
  }

  private static float[] floats(Result result, int index) {
    TFloat32 tensor = (TFloat32) result.get(index);
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
