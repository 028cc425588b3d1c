package io.mulan.study;

import io.mulan.config.DataConfig.View;
import io.mulan.config.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of images that a study compares.
 *
 * @param from the first row
 * @param to the one after the last
 */
record PixelRegion(String name, int from, int to) {

  /** Those that a view tells apart; the whole image otherwise. */
  static List<PixelRegion> of(View view, ImageShape shape) {
    int middle = shape.height() / 2;
    return switch (view) {
      case INTENSITY ->
          List.of(
              new PixelRegion("upper half", 0, middle),
              new PixelRegion("lower half", middle, shape.height()));
      case FREQUENCY_HALVES, FREQUENCY_BOTH ->
          List.of(
              new PixelRegion("low frequencies", 0, middle),
              new PixelRegion("what they leave", middle, shape.height()));
      default -> List.of(new PixelRegion("", 0, shape.height()));
    };
  }

  /**
   * The mean over the region for each time.
   *
   * @param values [times][n]
   */
  double[] means(double[][] values, ImageShape shape) {
    int row = shape.width() * shape.channels();
    return Arrays.stream(values)
        .mapToDouble(
            at ->
                IntStream.range(from * row, to * row)
                    .mapToDouble(j -> at[j])
                    .average()
                    .orElseThrow())
        .toArray();
  }
}
