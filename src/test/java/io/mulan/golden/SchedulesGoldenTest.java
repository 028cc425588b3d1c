package io.mulan.golden;

import io.mulan.config.ImageShape;
import io.mulan.diffusion.NoiseSchedule;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The adaptive schedule, its derivative in time, and the gradients of both. */
final class SchedulesGoldenTest {
  private static final String AT_SCALAR = "gamma_at_scalar_t_";

  @TestFactory
  Stream<DynamicTest> schedulesEqualThePublishedOnes() {
    return GoldenFile.tests(
        "schedules",
        c -> c.config().hasSchedule() && c.hasInputs("embedding", "t", "w"),
        SchedulesGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> latent = g.input("embedding");
    Operand<T> times = g.input("t");
    Operand<T> weight = g.input("w");
    int size = Math.toIntExact(g.golden().inputShape("w")[1]);
    NoiseSchedule schedule = NoiseSchedule.of(g.config().schedule(), new ImageShape(size, 1, 1));
    NoiseSchedule.Path<T> path = schedule.path(g.net("gamma"), latent);

    Operand<T> t = m.reshape(times, -1, 1);
    Operand<T> gamma = path.gamma(t);
    Operand<T> derivative = path.derivative(m, t);
    g.result("gamma", gamma);
    g.result("dgamma_dt", derivative);
    g.result("gamma_0", path.gamma(m.ops().zerosLike(t)));
    g.result("gamma_1", path.gamma(m.ops().onesLike(t)));
    for (String name : g.golden().results()) {
      if (name.startsWith(AT_SCALAR)) {
        double scalar = Double.parseDouble(name.substring(AT_SCALAR.length()));
        g.result(name, path.gamma(m.reshape(m.vector(scalar), 1, 1)));
      }
    }
    g.leaveOut("a", "b", "c"); // the polynomial's coefficients are inside it

    List<Operand<T>> first = g.gradients("grad_gamma", gamma, weight, List.of(latent, times));
    g.result("gamma_w_by_embedding", first.get(0));
    g.result("gamma_w_by_t", first.get(1));
    List<Operand<T>> second =
        g.gradients("grad_dgamma", derivative, weight, List.of(latent, times));
    g.result("dgamma_w_by_embedding", second.get(0));
    g.result("dgamma_w_by_t", second.get(1));
  }
}
