package io.mulan.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SpreadTest {
  @Test
  void theDeviationIsOfOneValueAndTheErrorOfTheMean() {
    ComparedPreset.Spread spread = ComparedPreset.Spread.of(1, 2, 3, 6);
    assertEquals(3, spread.mean());
    assertEquals(Math.sqrt(14.0 / 3), spread.deviation(), 1e-15);
    assertEquals(spread.deviation() / 2, spread.standardError());
    assertEquals(4, spread.count());
  }

  @Test
  void oneValueHasNoSpreadAndNoneHasNoMean() {
    assertEquals(5, ComparedPreset.Spread.of(5).mean());
    assertTrue(Double.isNaN(ComparedPreset.Spread.of(5).deviation()));
    assertTrue(Double.isNaN(ComparedPreset.Spread.of().mean()));
    assertTrue(Double.isNaN(ComparedPreset.Spread.of().standardError()));
  }
}
