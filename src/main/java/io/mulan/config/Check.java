package io.mulan.config;

/** Ranges of settings. */
final class Check {
  private Check() {}

  static void atLeast(String key, long value, long least) {
    if (value < least) {
      throw new InvalidSettingException(key, value, "a whole number from " + least);
    }
  }

  static void between(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidSettingException(key, value, "a whole number from " + least + " to " + most);
    }
  }

  static void finite(String key, double value) {
    require(Double.isFinite(value), key, value, "a finite number");
  }

  static void positive(String key, double value) {
    require(value > 0 && Double.isFinite(value), key, value, "a number above 0");
  }

  static void notNegative(String key, double value) {
    require(value >= 0 && Double.isFinite(value), key, value, "0 or a number above it");
  }

  /** In [0,1). */
  static void fraction(String key, double value) {
    require(value >= 0 && value < 1, key, value, "a number from 0 to below 1");
  }

  static void require(boolean holds, String key, Object value, String allowed) {
    if (!holds) {
      throw new InvalidSettingException(key, value, allowed);
    }
  }
}
