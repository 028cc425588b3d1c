package io.mulan.compression;

import org.hipparchus.special.Erf;

/**
 * The cumulative distribution of the standard normal law, by straight lines between values of
 * Hipparchus that are 2^-12 apart: a hundred times as fast, exact to 2e-9, and never decreasing,
 * since the values are whole multiples of 2^-50 and their differences exact.
 */
final class NormalTable {
  private static final int PER_UNIT = 1 << 12;

  /** Beyond this the law is zero or one to 2^-50. */
  private static final int REACH = 9;

  private static final double[] VALUES = values();

  private NormalTable() {}

  private static double[] values() {
    double[] values = new double[2 * REACH * PER_UNIT + 2];
    for (int i = 0; i < values.length; i++) {
      double x = (double) i / PER_UNIT - REACH;
      values[i] = Math.rint(0x1p50 * 0.5 * Erf.erfc(-x / Math.sqrt(2))) * 0x1p-50;
    }
    return values;
  }

  /** The probability of less than x, from 0 to 1; never less for a larger x. */
  static double cumulative(double x) {
    double at = (Math.max(-REACH, Math.min(REACH, x)) + REACH) * PER_UNIT;
    int index = (int) at;
    double low = VALUES[index];
    return low + (at - index) * (VALUES[index + 1] - low);
  }
}
