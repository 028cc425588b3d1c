package io.mulan.golden;

/**
 * How near a computed quantity is to the published code's own double precision; errors relative to
 * the quantity's size.
 *
 * @param published error of the published code in float32
 * @param ours error of this code
 * @param allowed for ours
 */
record Agreement(String quantity, double published, double ours, double allowed) {

  /** False for NaN. */
  boolean holds() {
    return ours <= allowed;
  }

  @Override
  public String toString() {
    return String.format(
        "| %s | %.1e | %.1e | %.1e | %s |",
        quantity, published, ours, allowed, holds() ? "pass" : "FAIL");
  }
}
