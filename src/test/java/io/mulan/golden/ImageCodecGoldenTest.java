package io.mulan.golden;

import io.mulan.diffusion.ImageCodec;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Operand;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/** Levels to signals, and the likelihood of an image given its least noisy signal. */
@Tag("golden")
final class ImageCodecGoldenTest {

  @TestFactory
  Stream<DynamicTest> theCodecEqualsThePublishedOne() {
    return GoldenFile.tests(
        "encdec", c -> c.hasInputs("x", "z", "g0"), ImageCodecGoldenTest::build);
  }

  private static <T extends TFloating> void build(CaseGraph<T> g) {
    Maths<T> m = g.m();
    ImageCodec codec = new ImageCodec(g.config().levels());
    Operand<TUint8> images = g.images("x");
    Operand<T> z = g.input("z");
    Operand<T> given = g.input("g0"); // for each pixel, or one for all
    Operand<T> gamma0 = m.add(m.ops().zerosLike(z), given);
    Operand<T> signal = codec.encode(m, images);
    g.result("encode", signal);
    g.result("logprob", codec.logProbability(m, signal, z, gamma0));

    Operand<T> near = m.add(signal, m.mul(m.exp(m.mul(gamma0, 0.5)), z));
    // As the published gradients do, taken at this z as if it did not depend on g0.
    Operand<T> held = m.constantFor(near);
    Operand<T> likelihood = codec.logProbability(m, signal, held, gamma0);
    g.result("logprob_near", likelihood);
    List<Operand<T>> by =
        Gradients.of(m, likelihood, m.ops().onesLike(likelihood), List.of(held, given));
    g.result("logprob_near_by_z", by.get(0));
    g.result("logprob_near_by_g0", by.get(1));
    g.leaveOut("encode_all", "decode"); // by level: what logprob is made of
  }
}
