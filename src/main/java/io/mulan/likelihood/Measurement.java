package io.mulan.likelihood;

import java.util.List;
import java.util.function.IntConsumer;

/** A way to measure -log p(x), or a bound on it, image by image. */
public interface Measurement {

  /** The parts that the figure of an image is the sum of, in nats. */
  List<String> terms();

  /** What else is known of each image. */
  List<String> extras();

  /** How many images are measured together. */
  int chunk();

  /**
   * Measures images.
   *
   * @param first number of the first one
   * @param done called from time to time with the number of them that are done
   * @return a value for each image: of the terms, then of the extras [columns][count]
   */
  double[][] measure(int first, int count, IntConsumer done);
}
