package io.mulan.compression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.training.DivergedException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.hipparchus.special.Erf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GridNormalTest {
  private static final int DRAWS = 1_000_000;

  @Test
  void theTableIsTheNormalLawAndNeverDecreases() {
    double before = 0;
    for (double x = -10; x <= 10; x += 0.00037) {
      double value = GridNormal.NormalTable.cumulative(x);
      assertEquals(0.5 * Erf.erfc(-x / Math.sqrt(2)), value, 2e-9);
      assertTrue(value >= before);
      before = value;
    }
    assertEquals(0, GridNormal.NormalTable.cumulative(-100));
    assertEquals(1, GridNormal.NormalTable.cumulative(100));
  }

  /** Mean and variance are those asked for from one cell to a deviation on. */
  @ParameterizedTest
  @CsvSource({"0.3, 1, 1", "-7.77, 2, 0.5", "0.01, 0.02, 0.02", "5, 1, 0.125"})
  void drawsHaveMeanAndVarianceAndTheirFrequencies(double mean, double deviation, double width) {
    GridNormal law = new GridNormal(mean, deviation, width);
    Rans stack = Rans.random(DRAWS / 4);
    Map<Long, Integer> counts = new TreeMap<>();
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      long cell = law.take(stack);
      double error = cell * width - mean;
      counts.merge(cell, 1, Integer::sum);
      sum += error;
      squares += error * error;
    }
    assertEquals(0, sum / DRAWS, 5 * deviation / Math.sqrt(DRAWS));
    assertEquals(1, squares / DRAWS / deviation / deviation, 5 * Math.sqrt(2.0 / DRAWS));
    double chi = 0;
    int cells = 0;
    for (Map.Entry<Long, Integer> e : counts.entrySet()) {
      double expected = DRAWS * Math.pow(2, -length(law, e.getKey()));
      if (expected > 10) {
        chi += (e.getValue() - expected) * (e.getValue() - expected) / expected;
        cells++;
      }
    }
    assertTrue(chi < cells + 5 * Math.sqrt(2.0 * cells), chi + " of " + cells + " cells");
  }

  /** The bits that a cell takes, on a stack that is long enough to show them. */
  private static double length(GridNormal law, long cell) {
    Rans stack = RansTest.precise();
    double before = stack.bits();
    law.put(stack, cell);
    return stack.bits() - before;
  }

  @Test
  void theMassesOfAllCellsAreOne() {
    GridNormal law = new GridNormal(0.2, 1, 0.5);
    double sum = 0;
    for (long cell = -200; cell <= 200; cell++) {
      sum += Math.pow(2, -length(law, cell));
    }
    assertEquals(1, sum, 1e-6);
  }

  @Test
  void aMillionCellsOfAnyLawComeBack() {
    SplittableRandom random = new SplittableRandom(7);
    GridNormal[] laws = new GridNormal[DRAWS];
    long[] cells = new long[DRAWS];
    Rans stack = new Rans();
    for (int i = 0; i < DRAWS; i++) {
      double width = Math.pow(10, -6 + 6 * random.nextDouble());
      double deviation = width * Math.pow(2, -3 + 8 * random.nextDouble());
      double mean = deviation * 20 * (random.nextDouble() - 0.5);
      laws[i] = new GridNormal(mean, deviation, width);
      cells[i] = Math.round(mean / width + 12 * (random.nextDouble() - 0.5) * deviation / width);
      laws[i].put(stack, cells[i]);
    }
    for (int i = DRAWS - 1; i >= 0; i--) {
      assertEquals(cells[i], laws[i].take(stack));
    }
    assertTrue(stack.isEmpty());
  }

  /** Tails beyond all cells of the window, laws far narrower and far wider than a cell. */
  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 1000000000000",
    "0, 1, 1, -1000000000000",
    "0.5, 1e-300, 1, 0",
    "0.5, 1e-300, 1, 77",
    "1e15, 1, 1, 1000000000000000",
    "-3, 1e6, 1e-3, 123456",
    "-3, 1e6, 1e-3, -99999999999",
    "0, 1e-12, 1e-12, 8",
    "0, 1e-12, 1e-12, -9"
  })
  void extremes(double mean, double deviation, double width, long cell) {
    GridNormal law = new GridNormal(mean, deviation, width);
    Rans stack = Rans.random(4);
    byte[] before = stack.toBytes();
    law.put(stack, cell);
    assertEquals(cell, law.take(stack));
    assertEquals(Rans.of(before).bits(), stack.bits());
  }

  @ParameterizedTest
  @CsvSource({"NaN, 1, 1", "Infinity, 1, 1", "0, NaN, 1", "0, 0, 1", "0, 1, 0", "1e300, 1, 1"})
  void numbersThatGiveNoLaw(double mean, double deviation, double width) {
    GridNormal law = new GridNormal(mean, deviation, width);
    assertThrows(DivergedException.class, () -> law.put(new Rans(), 0));
    assertThrows(DivergedException.class, () -> law.take(Rans.random(3)));
  }
}
