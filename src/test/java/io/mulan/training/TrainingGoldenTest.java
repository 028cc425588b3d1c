package io.mulan.training;

import io.mulan.golden.CaseResults;
import io.mulan.golden.GoldenCase;
import io.mulan.golden.GoldenCheck;
import io.mulan.golden.GoldenFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** Steps of training with the published noise: the loss at each, the weights after the last. */
@Tag("golden")
@Tag("slow")
final class TrainingGoldenTest {
  private static final String WEIGHTS = "weights";
  private static final String AVERAGES = "averages";

  @TestFactory
  Stream<DynamicTest> trainingEqualsThePublishedOne() {
    return GoldenFile.checks("training", c -> true, TrainingGoldenTest::check);
  }

  private static void check(GoldenCase golden) {
    CaseResults doubles = train(golden, TFloat64.class);
    GoldenCheck.check(golden, doubles, train(golden, TFloat32.class));
  }

  private static <T extends TFloating> CaseResults train(GoldenCase golden, Class<T> type) {
    Map<String, double[]> values = new TreeMap<>();
    try (PublishedTraining<T> training = new PublishedTraining<>(golden, type)) {
      double[] bits = new double[training.steps()];
      for (int k = 0; k < bits.length; k++) {
        bits[k] = training.step(k);
      }
      values.put("bpd", bits);
      training.weights((name, weight) -> values.put(WEIGHTS + "/" + name, weight));
      training.averages((name, average) -> values.put(AVERAGES + "/" + name, average));
    }
    return new Results(values);
  }

  private record Results(Map<String, double[]> all) implements CaseResults {
    @Override
    public List<String> names() {
      return List.copyOf(all.keySet());
    }

    @Override
    public List<String> groups() {
      return List.of(WEIGHTS, AVERAGES);
    }

    @Override
    public double[] values(String name) {
      return all.get(name);
    }
  }
}
