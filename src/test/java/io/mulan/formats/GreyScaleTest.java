package io.mulan.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class GreyScaleTest {
  @Test
  void everyLevelOfEveryScaleComesBack() {
    for (int levels = 2; levels <= 256; levels++) {
      GreyScale scale = new GreyScale(levels);
      for (int level = 0; level < levels; level++) {
        assertEquals(level, scale.level(scale.grey(level)));
        assertEquals(Math.round(level * 255.0 / (levels - 1)), scale.grey(level));
      }
    }
  }

  @Test
  void everySampleHasTheNearestLevel() {
    for (int levels = 2; levels <= 256; levels++) {
      for (int grey = 0; grey <= 255; grey++) {
        assertEquals(Math.round(grey * (levels - 1) / 255.0), new GreyScale(levels).level(grey));
      }
    }
  }

  @Test
  void moreLevelsThanSamplesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new GreyScale(257));
    assertThrows(IllegalArgumentException.class, () -> new GreyScale(1));
  }
}
