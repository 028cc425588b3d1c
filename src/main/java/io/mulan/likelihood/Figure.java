package io.mulan.likelihood;

/** A mean over images in bits/dim, and its standard error. */
public record Figure(double bitsPerDim, double standardError) {

  /**
   * Of a value for each image.
   *
   * @param nats one for each image
   * @param dimensions n of an image
   */
  public static Figure of(double[] nats, int dimensions) {
    double mean = 0;
    for (double v : nats) {
      mean += v / nats.length;
    }
    double squares = 0;
    for (double v : nats) {
      squares += (v - mean) * (v - mean);
    }
    double error = Math.sqrt(squares / Math.max(1, nats.length - 1) / nats.length);
    double unit = 1 / (dimensions * Math.log(2));
    return new Figure(mean * unit, error * unit);
  }
}
