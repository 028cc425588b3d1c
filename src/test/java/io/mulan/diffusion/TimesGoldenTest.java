package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.golden.Agreement;
import io.mulan.golden.GoldenCase;
import io.mulan.golden.GoldenFile;
import io.mulan.golden.GoldenReport;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

/** Antithetic times made of one draw. Independent ones are the draws themselves. */
@Tag("golden")
final class TimesGoldenTest {
  private static final double ROUNDING = 5e-7;

  @TestFactory
  Stream<DynamicTest> antitheticTimesEqualThePublishedOnes() {
    return GoldenFile.checks(
        "times",
        c ->
            c.hasInputs("images")
                && c.config().antitheticTimes()
                && c.config().is("sm_n_timesteps", 0),
        TimesGoldenTest::check);
  }

  private static void check(GoldenCase golden) {
    double[] published = golden.array("out/t").toDoubles();
    double draw = golden.noise("uniform").get(0).toDoubles()[0];
    try (Graph graph = new Graph();
        Session session = GraphSession.plain(graph)) {
      Maths<TFloat32> m = new Maths<>(GraphScope.ops(graph), TFloat32.class);
      Operand<TFloat32> times = Times.spread(m, m.vector(draw), m.ops().constant(published.length));
      try (Result result = session.runner().fetch(times).run()) {
        TFloat32 ours = (TFloat32) result.get(0);
        assertEquals(published.length, ours.size());
        double largest = 0;
        for (int i = 0; i < published.length; i++) {
          double difference = ours.getFloat(i) - published[i];
          // Just below one and zero are the same time.
          largest = Math.max(largest, Math.abs(difference - Math.rint(difference)));
        }
        int last = published.length - 1;
        Agreement agreement =
            new Agreement("times", published[last], ours.getFloat(last), 0, largest, ROUNDING);
        GoldenReport.require(golden, List.of(agreement), List.of(agreement));
      }
    }
  }
}
