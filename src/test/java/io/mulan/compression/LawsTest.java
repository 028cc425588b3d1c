package io.mulan.compression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of latents, levels and plain images. */
final class LawsTest {

  private static double length(LatentCoder coder, float[] natural, float[] c) {
    Rans stack = RansTest.precise();
    double before = stack.bits();
    coder.put(stack, natural, c);
    return stack.bits() - before;
  }

  /** 2^-length is exp(sum of the logits) over its sum, for each subset; k = m among them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void aSubsetTakesTheBitsOfItsProbability(int k) {
    float[] logits = {0.3f, -2, 1.5f, 4, -0.7f};
    LatentCoder coder = new LatentCoder.Subset(logits.length, k);
    double partition = 0;
    double sum = 0;
    double[] weights = new double[1 << logits.length];
    for (int set = 0; set < weights.length; set++) {
      if (Integer.bitCount(set) == k) {
        weights[set] = 1;
        for (int i = 0; i < logits.length; i++) {
          weights[set] *= (set >> i & 1) == 1 ? Math.exp(logits[i]) : 1;
        }
        partition += weights[set];
      }
    }
    for (int set = 0; set < weights.length; set++) {
      if (weights[set] > 0) {
        float[] c = new float[logits.length];
        for (int i = 0; i < c.length; i++) {
          c[i] = set >> i & 1;
        }
        double probability = Math.pow(2, -length(coder, logits, c));
        assertEquals(weights[set] / partition, probability, 1e-5 * probability + 1e-6);
        sum += probability;
      }
    }
    assertEquals(1, sum, 1e-5);
  }

  @Test
  void latentsComeBack() {
    SplittableRandom random = new SplittableRandom(3);
    for (LatentCoder coder :
        new LatentCoder[] {
          new LatentCoder.Subset(16, 4),
          new LatentCoder.Subset(6, 1),
          new LatentCoder.Subset(4, 4),
          new LatentCoder.Normal(7),
          new LatentCoder.None()
        }) {
      Rans stack = Rans.random(100);
      byte[] before = stack.toBytes();
      float[] natural = coder.prior();
      for (int i = 0; i < natural.length; i++) {
        natural[i] = natural[i] * 30 + (natural[i] == 0 ? random.nextInt(-90, 90) : 0);
      }
      float[] c = coder.take(stack, natural);
      coder.put(stack, coder.prior(), c);
      assertArrayEquals(c, coder.take(stack, coder.prior()));
      coder.put(stack, natural, c);
      assertArrayEquals(before, stack.toBytes());
    }
  }

  @Test
  void aNormalLatentHasItsMeanAndVariance() {
    LatentCoder coder = new LatentCoder.Normal(1);
    float[] natural = {2 / 0.09f, -0.5f / 0.09f}; // mean 2, variance 0.09
    Rans stack = Rans.random(100_000);
    double sum = 0;
    double squares = 0;
    int count = 200_000;
    for (int i = 0; i < count; i++) {
      double c = coder.take(stack, natural)[0];
      sum += c - 2;
      squares += (c - 2) * (c - 2);
    }
    assertEquals(0, sum / count, 5 * 0.3 / Math.sqrt(count));
    assertEquals(0.09, squares / count, 5 * 0.09 * Math.sqrt(2.0 / count));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 17, 256})
  void levelsTakeTheBitsOfTheirProbability(int levels) {
    LevelLaw law = new LevelLaw(levels);
    for (double z : new double[] {-1.2, -0.03, 0.4, 1e6}) {
      for (double precision : new double[] {1e-3, 50, 1e9}) {
        law.given(z, precision);
        double sum = 0;
        for (int level = 0; level < levels; level++) {
          Rans stack = RansTest.precise();
          double before = stack.bits();
          law.put(stack, level);
          double bits = stack.bits() - before;
          sum += Math.pow(2, -bits);
          if (bits < 10) {
            assertEquals(law.bits(level), bits, 0.02);
          }
          assertEquals(level, law.take(stack));
        }
        assertEquals(1, sum, 1e-4);
      }
    }
  }

  @Test
  void plainImagesComeBackAndLearnFromThoseThatFollow() {
    int size = 12;
    SplittableRandom random = new SplittableRandom(9);
    PlainImages writing = new PlainImages(size, 5);
    PlainImages reading = new PlainImages(size, 5);
    byte[] image = new byte[size];
    for (int i = 0; i < size; i++) {
      image[i] = (byte) random.nextInt(5);
    }
    Rans first = new Rans();
    writing.put(first, image);
    for (int i = 0; i < 100; i++) {
      writing.add(image);
      reading.add(image);
    }
    Rans later = new Rans();
    writing.put(later, image);
    assertTrue(later.bits() < first.bits() / 5, later.bits() + " of " + first.bits());
    assertArrayEquals(image, reading.take(later));
    assertTrue(later.isEmpty());
    writing.remove(image);
    for (int i = 0; i < 99; i++) {
      writing.remove(image);
    }
    Rans again = new Rans();
    writing.put(again, image);
    assertArrayEquals(first.toBytes(), again.toBytes());
  }

  /** A reader sees the groups in the opposite order. */
  @Test
  void kindsOfGroupsComeBack() {
    int[] kinds = {0, 0, 1, 1, 2, 3, 3, 7, 2, 15, 0, 1};
    Rans stack = new Rans();
    for (int i = 0; i + 1 < kinds.length; i++) {
      GroupKind.put(stack, kinds[i], kinds[i + 1]);
    }
    GroupKind.put(stack, kinds[kinds.length - 1], GroupKind.NONE);
    int after = GroupKind.NONE;
    for (int i = kinds.length - 1; i >= 0; i--) {
      after = GroupKind.take(stack, after);
      assertEquals(kinds[i], after);
    }
    assertTrue(stack.isEmpty());
    for (int next = GroupKind.NONE; next < 16; next++) {
      double[] sum = {0};
      int following = next;
      Arrays.setAll(
          new int[16],
          kind -> {
            Rans some = RansTest.precise();
            double before = some.bits();
            GroupKind.put(some, kind, following);
            sum[0] += Math.pow(2, before - some.bits());
            return kind;
          });
      assertEquals(1, sum[0], 1e-3, "kinds before " + next);
    }
  }
}
