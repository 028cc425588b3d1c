package io.mulan.compression;

import io.mulan.data.SignalPower;
import io.mulan.training.DivergedException;

/**
 * p(x given z_0) of one pixel: the levels 0 to V-1 with weights exp(-½ (z_0/α_0 - f_v)² α_0²/σ_0²),
 * as {@link io.mulan.diffusion.ImageCodec} has it.
 */
final class LevelLaw {
  private final int levels;
  private final LevelTable table;
  private double rescaled;
  private double precision;
  private double least;

  /**
   * @param levels V
   */
  LevelLaw(int levels) {
    this.levels = levels;
    this.table = new LevelTable(levels);
  }

  /**
   * Sets what is given.
   *
   * @param rescaled z_0/α_0
   * @param precision α_0²/σ_0²
   */
  LevelLaw given(double rescaled, double precision) {
    this.rescaled = rescaled;
    this.precision = precision;
    double middle = ((rescaled + 1) * levels - 1) / 2;
    this.least = distance(Math.max(0, Math.min(levels - 1, Math.rint(middle))));
    for (int v = 0; v < levels; v++) {
      table.set(v, StrictMath.exp(logit(v)));
    }
    if (!(table.sum() >= 1) || Double.isInfinite(table.sum())) {
      throw new DivergedException("the model gives no law of levels: z_0/α_0 is " + rescaled);
    }
    return this;
  }

  /** (z_0/α_0 - f_v)². */
  private double distance(double level) {
    double gap = rescaled - SignalPower.signal(level, levels);
    return gap * gap;
  }

  /** Less that of the nearest level, so that the weights' sum is at least one. */
  private double logit(int level) {
    return -0.5 * precision * (distance(level) - least);
  }

  void put(Rans stack, int level) {
    table.put(stack, level);
  }

  int take(Rans stack) {
    return table.take(stack);
  }

  /** -log2 of a level's probability. */
  double bits(int level) {
    return (Math.log(table.sum()) - logit(level)) / Math.log(2);
  }
}
