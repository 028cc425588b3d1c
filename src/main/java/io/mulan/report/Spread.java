package io.mulan.report;

import java.util.Arrays;

/**
 * The same quantity in several runs.
 *
 * @param mean not a number if there are none
 * @param deviation standard deviation of one run (n - 1 in the denominator); not a number below two
 * @param count how many
 */
record Spread(double mean, double deviation, int count) {

  /** Of these values. */
  static Spread of(double... values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double deviation = values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    return new Spread(mean, deviation, values.length);
  }

  /** Of the mean; not a number below two values. */
  double standardError() {
    return deviation / Math.sqrt(count);
  }
}
