package io.mulan.frechet;

import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** What images are compared by: some numbers of each. */
public interface Features extends AutoCloseable {
  /** What they are, in words. */
  String name();

  /**
   * The features of images, one image after the other.
   *
   * @param rgb levels from 0 to 255 [count,H,W,3]
   */
  float[] of(byte[] rgb, int count, ImageShape shape);

  @Override
  void close();

  /** The pixels themselves: H·W·3 numbers. */
  static Features pixels() {
    return new Features() {
      @Override
      public String name() {
        return "pixels";
      }

      @Override
      public float[] of(byte[] rgb, int count, ImageShape shape) {
        float[] values = new float[rgb.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = rgb[i] & 0xff;
        }
        return values;
      }

      @Override
      public void close() {
        // There is nothing to close.
      }
    };
  }

  /**
   * The statistics of images, or those that a file holds in place of images.
   *
   * @param path of a .npz or .npy file or a folder
   * @param batch how many images are read at once
   * @throws ConfigException if there are neither, or fewer than two images
   */
  default FeatureStatistics statistics(Path path, int batch) {
    if (FeatureStatistics.isThere(path)) {
      return FeatureStatistics.read(path);
    }
    try (RgbImages images = RgbImages.open(path)) {
      if (images.count() < 2) {
        throw new ConfigException(path + " has one image; a covariance needs two or more");
      }
      FeatureStatistics.Sums sums = null;
      try {
        for (byte[] rgb = images.next(batch); rgb.length > 0; rgb = images.next(batch)) {
          int count = rgb.length / images.shape().size();
          float[] features = of(rgb, count, images.shape());
          sums = sums == null ? new FeatureStatistics.Sums(features.length / count) : sums;
          sums.add(features);
        }
        FeatureStatistics found = sums.statistics();
        Logger log = LogManager.getLogger(Features.class);
        log.info("{}: {} images, {} features each", path, images.count(), found.dimensions());
        if (images.count() <= found.dimensions()) {
          log.warn(
              "{}: {} images are too few for the covariance of {} features; the distance depends"
                  + " on their number",
              path,
              images.count(),
              found.dimensions());
        }
        return found;
      } finally {
        if (sums != null) {
          sums.close();
        }
      }
    }
  }
}
