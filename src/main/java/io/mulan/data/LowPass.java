package io.mulan.data;

import io.mulan.config.ImageShape;

/**
 * The published low-pass filter: a Gaussian of 0.06 of the shorter side (1.92 pixels at 32×32), cut
 * at 19 pixels there, each channel on its own, the image mirrored at its border without repeating
 * the border; rounded down.
 */
final class LowPass {
  private static final double CUTOFF = 0.06;

  /** Sums that are whole but for rounding stay whole: a flat image stays as it is. */
  private static final double ROUNDING = 1e-3;

  private final ImageShape shape;
  private final double[] kernel;

  LowPass(ImageShape shape) {
    this.shape = shape;
    int side = Math.min(shape.height(), shape.width());
    double sigma = CUTOFF * side;
    int length = Math.min((int) (2 * (sigma + 1) / 0.3 + 1), side);
    this.kernel = gaussian(length % 2 == 0 ? length - 1 : length, sigma);
  }

  private static double[] gaussian(int length, double sigma) {
    double[] kernel = new double[length];
    double sum = 0;
    for (int i = 0; i < length; i++) {
      double x = i - length / 2;
      kernel[i] = Math.exp(-x * x / (2 * sigma * sigma));
      sum += kernel[i];
    }
    for (int i = 0; i < length; i++) {
      kernel[i] /= sum;
    }
    return kernel;
  }

  /** What is left of an image [H,W,C]. */
  byte[] of(byte[] image) {
    double[] rows = new double[image.length];
    double[] both = new double[image.length];
    int channels = shape.channels();
    int row = shape.width() * channels;
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < row; x++) {
        double sum = 0;
        for (int k = 0; k < kernel.length; k++) {
          int from = mirrored(x / channels + k - kernel.length / 2, shape.width());
          sum += kernel[k] * (image[y * row + from * channels + x % channels] & 0xff);
        }
        rows[y * row + x] = sum;
      }
    }
    for (int y = 0; y < shape.height(); y++) {
      for (int k = 0; k < kernel.length; k++) {
        int from = mirrored(y + k - kernel.length / 2, shape.height());
        for (int x = 0; x < row; x++) {
          both[y * row + x] += kernel[k] * rows[from * row + x];
        }
      }
    }
    byte[] low = new byte[image.length];
    for (int i = 0; i < low.length; i++) {
      low[i] = (byte) (int) (both[i] + ROUNDING);
    }
    return low;
  }

  private static int mirrored(int at, int size) {
    return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  }
}
