package io.mulan.nn;

import io.mulan.golden.CaseGraph;
import io.mulan.golden.GoldenFile;
import io.mulan.nn.UNet.Embeddings;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The fixed features of times and pixels. */
@Tag("golden")
final class EmbeddingsGoldenTest {
  private static final List<Double> PUBLISHED_EXPONENTS = List.of(6.0, 7.0);

  @TestFactory
  Stream<DynamicTest> embeddingsOfTimeEqualThePublishedOnes() {
    return GoldenFile.tests("scorenets", c -> c.hasInputs("t"), EmbeddingsGoldenTest::time);
  }

  @TestFactory
  Stream<DynamicTest> fourierFeaturesEqualThePublishedOnes() {
    return GoldenFile.tests("scorenets", c -> c.hasInputs("z"), EmbeddingsGoldenTest::fourier);
  }

  private static <T extends TFloating> void time(CaseGraph<T> g) {
    int size = g.golden().array("out/out").shape()[1];
    g.result("out", Embeddings.time(g.m(), g.m().reshape(g.input("t"), -1, 1), size));
  }

  /** The features alone; the image stands before them. */
  private static <T extends TFloating> void fourier(CaseGraph<T> g) {
    Maths<T> m = g.m();
    Operand<T> z = g.input("z");
    Operand<T> both = Embeddings.withFourier(m, z, PUBLISHED_EXPONENTS);
    int channels = (int) z.shape().get(3);
    var tf = m.ops();
    g.result(
        "out",
        tf.slice(
            both,
            tf.constant(new int[] {0, 0, 0, channels}),
            tf.constant(new int[] {-1, -1, -1, -1})));
  }
}
