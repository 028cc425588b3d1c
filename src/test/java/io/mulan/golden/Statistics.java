package io.mulan.golden;

/**
 * What is stored of an array too large to store: four numbers that no other array is likely to
 * share.
 *
 * @param sum of all elements
 * @param norm L2
 * @param largest magnitude
 * @param projection the dot product with pseudo-random numbers of [-1,1), which sees any two
 *     elements exchanged
 */
record Statistics(double sum, double norm, double largest, double projection) {
  private static final long PROJECTION_SEED = 7;

  /**
   * The statistics of an array.
   *
   * @param k its rank among the arrays that are described together
   */
  static Statistics of(double[] values, int k) {
    double sum = 0;
    double squares = 0;
    double largest = 0;
    double projection = 0;
    for (int i = 0; i < values.length; i++) {
      double x = values[i];
      sum += x;
      squares += x * x;
      largest = Math.max(largest, Math.abs(x));
      projection += x * SplitMix.symmetric(PROJECTION_SEED, k, i);
    }
    return new Statistics(sum, Math.sqrt(squares), largest, projection);
  }

  /** Row k of a stored table [P,4]. */
  static Statistics row(double[] table, int k) {
    return new Statistics(table[4 * k], table[4 * k + 1], table[4 * k + 2], table[4 * k + 3]);
  }

  /** The largest difference of the four; NaN where one is. */
  double distance(Statistics other) {
    return Math.max(
        Math.max(Math.abs(sum - other.sum), Math.abs(norm - other.norm)),
        Math.max(Math.abs(largest - other.largest), Math.abs(projection - other.projection)));
  }
}
