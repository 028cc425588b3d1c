package io.mulan.drawing;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Round numbers along a scale. */
final class Ticks {
  /** Numbers from this power of ten on are written with it. */
  private static final int PLAIN = 7;

  private Ticks() {}

  /**
   * Multiples of 1, 2 or 5 times a power of ten.
   *
   * @param most how many there may be, at least 2
   */
  static List<Double> between(double low, double high, int most) {
    if (!(high > low)) {
      return List.of(low);
    }
    double step = step((high - low) / most);
    List<Double> ticks = new ArrayList<>();
    // Whole numbers are counted, so that errors do not add up.
    for (long k = (long) Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
      ticks.add(k * step);
    }
    return ticks;
  }

  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (int factor : new int[] {1, 2, 5}) {
      if (factor * power >= least * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /** As short as can be; with a power of ten where the zeros would be many. */
  static String text(double tick) {
    BigDecimal rounded = new BigDecimal(tick).round(new MathContext(6));
    if (rounded.signum() == 0) {
      return "0";
    }
    BigDecimal number = rounded.stripTrailingZeros();
    int power = number.precision() - number.scale() - 1;
    return Math.abs(power) < PLAIN
        ? number.toPlainString()
        : number.movePointLeft(power).toPlainString() + "e" + power;
  }
}
