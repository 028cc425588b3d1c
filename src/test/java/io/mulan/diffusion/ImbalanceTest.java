package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.tf.Maths;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;

/** What a latent's categories are off the prior together, against closed forms. */
final class ImbalanceTest {
  private static final double[] TIMES = new double[SmallModel.BATCH];

  private static double imbalance(int size, int k, double... mean) {
    try (SmallModel<TFloat64> small = new SmallModel<>(TFloat64.class)) {
      Maths<TFloat64> m = small.m;
      Operand<TFloat64> rows = m.reshape(m.vector(mean), -1, size);
      return small.run(0, TIMES, List.of(Posterior.imbalance(m, rows, size, k))).get(0)[0];
    }
  }

  @Test
  void imagesThatSayDifferentThingsCanBeBalancedTogether() {
    assertEquals(0, imbalance(2, 1, 1, 0, 0, 1), 1e-9);
    assertEquals(0, imbalance(4, 2, 1, 1, 0, 0, 0, 0, 1, 1), 1e-9);
  }

  @Test
  void imagesThatAllSayTheSameCostTheWholeLogarithm() {
    assertEquals(Math.log(3), imbalance(3, 1, 0, 1, 0, 0, 1, 0), 1e-9);
    assertEquals(2 * Math.log(2), imbalance(4, 2, 1, 1, 0, 0), 1e-9);
  }

  @Test
  void theKlIsTheInformationAndTheImbalance() {
    double[] first = {0.9, 0.1};
    double[] second = {0.3, 0.7};
    double kl = 0.5 * (kl(first, 0.5, 0.5) + kl(second, 0.5, 0.5));
    double information = 0.5 * (kl(first, 0.6, 0.4) + kl(second, 0.6, 0.4));
    assertEquals(kl - information, imbalance(2, 1, 0.9, 0.1, 0.3, 0.7), 1e-9);
  }

  private static double kl(double[] p, double... q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }
}
