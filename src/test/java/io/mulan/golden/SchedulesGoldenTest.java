package io.mulan.golden;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.NoiseSchedule;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** Each schedule, its derivative in time, and the gradients of both. */
@Tag("golden")
final class SchedulesGoldenTest {
  private static final String AT_SCALAR = "gamma_at_scalar_t_";

  @TestFactory
  Stream<DynamicTest> schedulesEqualThePublishedOnes() {
    return GoldenFile.tests(
        "schedules", c -> c.hasInputs("embedding", "t", "w"), SchedulesGoldenTest::adaptive);
  }

  @TestFactory
  Stream<DynamicTest> scalarSchedulesEqualThePublishedOnes() {
    return GoldenFile.tests("schedules", c -> c.hasInputs("t", "w"), SchedulesGoldenTest::scalar);
  }

  private static <T extends TFloating> void adaptive(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> latent = g.input("embedding");
    Operand<T> times = g.input("t");
    Operand<T> weight = g.input("w");
    int size = Math.toIntExact(g.golden().inputShape("w")[1]);
    NoiseSchedule schedule =
        NoiseSchedule.of(g.config().schedule(false), new ImageShape(size, 1, 1));
    Maths<TFloat64> d = m.doubles(); // as the model has it
    NoiseSchedule.Path<TFloat64> path = schedule.path(g.net("gamma").doubles(), d.cast(latent));
    Operand<TFloat64> t = d.reshape(d.cast(times), -1, 1);
    Operand<T> gamma = m.cast(path.gamma(t));
    Operand<T> derivative = m.cast(path.derivative(d, t));
    g.result("gamma", gamma);
    g.result("dgamma_dt", derivative);
    g.result("gamma_0", m.cast(path.gamma(m.ops().zerosLike(t))));
    g.result("gamma_1", m.cast(path.gamma(m.ops().onesLike(t))));
    for (String name : g.golden().results()) {
      if (name.startsWith(AT_SCALAR)) {
        double scalar = Double.parseDouble(name.substring(AT_SCALAR.length()));
        g.result(name, m.cast(path.gamma(d.reshape(d.vector(scalar), 1, 1))));
      }
    }
    g.leaveOut("a", "b", "c"); // the polynomial's coefficients are inside it

    boolean weights = !g.golden().parameters().isEmpty();
    List<Operand<T>> by = List.of(latent, times);
    List<Operand<T>> first = by(g, weights, "grad_gamma", gamma, weight, by);
    g.result("gamma_w_by_embedding", first.get(0));
    g.result("gamma_w_by_t", first.get(1));
    List<Operand<T>> second = by(g, weights, "grad_dgamma", derivative, weight, by);
    g.result("dgamma_w_by_embedding", second.get(0));
    g.result("dgamma_w_by_t", second.get(1));
  }

  /** One γ for all pixels, whatever the latent. */
  private static <T extends TFloating> void scalar(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> times = g.input("t");
    Maths<TFloat64> d = m.doubles();
    Operand<TFloat64> t = d.reshape(d.cast(times), -1, 1);
    Operand<T> weight = m.reshape(g.input("w"), -1, 1);
    NoiseSchedule schedule = NoiseSchedule.of(g.config().schedule(true), new ImageShape(3, 3, 3));
    NoiseSchedule.Path<TFloat64> path =
        schedule.path(g.net("gamma").doubles(), d.ops().zerosLike(t));
    Operand<T> gamma = m.cast(path.gamma(t)); // [B, 1]
    Operand<T> derivative = m.cast(path.derivative(d, t));
    g.result("gamma", gamma);
    g.result("dgamma_dt", derivative);
    Operand<TFloat64> zero = d.reshape(d.vector(0), 1, 1);
    g.result("gamma_0", m.cast(path.gamma(zero)));
    g.result("gamma_1", m.cast(path.gamma(d.add(zero, 1))));
    boolean weights = !g.golden().parameters().isEmpty();
    g.result("gamma_w_by_t", by(g, weights, "grad_gamma", gamma, weight, List.of(times)).get(0));
    g.result(
        "dgamma_w_by_t", by(g, weights, "grad_dgamma", derivative, weight, List.of(times)).get(0));
  }

  /**
   * Gradients by others, and those of the weights, if the schedule has any, added to the results.
   */
  private static <T extends TFloating> List<Operand<T>> by(
      CaseGraph<T> g,
      boolean weights,
      String group,
      Operand<T> y,
      Operand<T> seed,
      List<Operand<T>> others) {
    return weights ? g.gradients(group, y, seed, others) : Gradients.of(g.m(), y, seed, others);
  }
}
