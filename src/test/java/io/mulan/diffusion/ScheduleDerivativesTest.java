package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;

/** Derivatives of a small schedule against central differences, all in double precision. */
final class ScheduleDerivativesTest {
  private static final PolynomialSchedule SCHEDULE =
      new PolynomialSchedule(-7, 5, 5, 4, false, false);
  private static final double[] TIMES = {0, 0.15, 0.5, 0.8, 1};
  private static final Shape LATENTS = Shape.of(TIMES.length, 3);
  private static final double H = 1e-5;

  private final Map<String, Placeholder<TFloat64>> inputs = new LinkedHashMap<>();
  private final Map<String, double[]> values = new LinkedHashMap<>();
  private final Random random = new Random(3);
  private Graph graph;
  private Session session;
  private Operand<TFloat64> gamma;
  private Operand<TFloat64> speed;
  private Operand<TFloat64> loss;
  private List<Operand<TFloat64>> gradients;

  @BeforeEach
  void build() {
    graph = new Graph();
    session = GraphSession.plain(graph);
    Maths<TFloat64> m = new Maths<>(GraphScope.ops(graph), TFloat64.class);
    Weights<TFloat64> weights = (name, shape, initializer) -> input(m, name, shape);
    Net<TFloat64> net = new Net<>(m, weights, Dropout.none(), "gamma");
    Operand<TFloat64> t = input(m, "t", Shape.of(TIMES.length, 1));
    System.arraycopy(TIMES, 0, values.get("t"), 0, TIMES.length);
    NoiseSchedule.Path<TFloat64> path = SCHEDULE.path(net, input(m, "latent", LATENTS));
    gamma = path.gamma(t);
    speed = path.derivative(m, t);
    // Of the form of the diffusion loss: the speed times something of γ itself.
    Operand<TFloat64> each = m.mul(speed, m.sigmoid(m.mul(gamma, 0.3)));
    loss = m.sum(m.reshape(each, -1), 0);
    gradients =
        Gradients.of(m, loss, m.constant(1), new ArrayList<Operand<TFloat64>>(inputs.values()));
  }

  @AfterEach
  void close() {
    session.close();
    graph.close();
  }

  @Test
  void theSpeedIsTheCentralDifferenceOfGamma() {
    double[] expected = difference(gamma, "t", -1, H);
    double[] actual = run(speed);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-6 * Math.abs(expected[i]));
      assertTrue(actual[i] > 0, "γ must increase");
    }
  }

  @Test
  void gammaBeginsAndEndsAtItsConfiguredEnds() {
    double[] g = run(gamma);
    for (int i = 0; i < 4; i++) {
      assertEquals(-7, g[i], 1e-12);
      assertEquals(5, g[g.length - 1 - i], 1e-12);
    }
  }

  @Test
  void theLossIsDifferentiatedThroughTheSpeed() {
    int k = 0;
    int checked = 0;
    for (String name : List.copyOf(inputs.keySet())) {
      double[] actual = run(gradients.get(k++));
      double scale = 0;
      for (double g : actual) {
        scale = Math.max(scale, Math.abs(g));
      }
      for (int i = 0; i < actual.length; i++) {
        double expected = difference(loss, name, i, H)[0];
        assertEquals(expected, actual[i], 1e-6 * scale, name + "[" + i + "]");
        checked++;
      }
    }
    assertEquals(20 + 30 + 3 * 24 + TIMES.length + (int) LATENTS.size(), checked);
  }

  /** (f(x + h) - f(x - h)) / 2h for one element of an input, or for all of it together. */
  private double[] difference(Operand<TFloat64> f, String name, int index, double h) {
    double[] saved = values.get(name);
    double[] up = saved.clone();
    double[] down = saved.clone();
    for (int i = 0; i < saved.length; i++) {
      if (index < 0 || i == index) {
        up[i] += h;
        down[i] -= h;
      }
    }
    values.put(name, up);
    double[] above = run(f);
    values.put(name, down);
    double[] below = run(f);
    values.put(name, saved);
    double[] slope = new double[above.length];
    for (int i = 0; i < slope.length; i++) {
      slope[i] = (above[i] - below[i]) / (2 * h);
    }
    return slope;
  }

  private Operand<TFloat64> input(Maths<TFloat64> m, String name, Shape shape) {
    return inputs.computeIfAbsent(
        name,
        n -> {
          values.put(n, random.doubles(shape.size(), -1, 1).toArray());
          return m.ops().placeholder(TFloat64.class, Placeholder.shape(shape));
        });
  }

  private double[] run(Operand<TFloat64> what) {
    Session.Runner runner = session.runner().fetch(what);
    List<TFloat64> fed = new ArrayList<>();
    inputs.forEach(
        (name, p) -> {
          TFloat64 tensor =
              TFloat64.tensorOf(p.shape(), DataBuffers.of(values.get(name), true, false));
          fed.add(tensor);
          runner.feed(p, tensor);
        });
    try (Result result = runner.run()) {
      TFloat64 tensor = (TFloat64) result.get(0);
      double[] all = new double[(int) tensor.size()];
      tensor.asRawTensor().data().asDoubles().read(all);
      return all;
    } finally {
      fed.forEach(TFloat64::close);
    }
  }
}
