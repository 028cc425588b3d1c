package io.mulan.data;

import io.mulan.config.RunConfig;

/** s², the mean of f² over pixels and training images, where f in (-1,1) is the scaled level. */
public final class SignalPower {
  private SignalPower() {}

  /** The same configuration with {@code network.signal_power} measured, if it needs one. */
  public static RunConfig resolve(RunConfig config, Dataset data) {
    return config.network().powerUnknown() ? config.withSignalPower(of(data.train())) : config;
  }

  /** s² of these images. */
  static double of(ImageSet images) {
    long[] counts = new PixelEntropy(images).levels();
    double sum = 0;
    long all = 0;
    for (int level = 0; level < counts.length; level++) {
      double f = signal(level, counts.length);
      sum += counts[level] * f * f;
      all += counts[level];
    }
    return sum / all;
  }

  /** f of a level v of V, in (-1,1): 2 (v + ½)/V - 1. */
  public static double signal(double level, int levels) {
    return 2 * (level + 0.5) / levels - 1;
  }
}
