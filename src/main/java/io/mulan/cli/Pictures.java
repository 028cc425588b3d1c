package io.mulan.cli;

import io.mulan.data.ImageSet;
import io.mulan.likelihood.Figure;
import io.mulan.report.Chart;
import io.mulan.report.ImageGrid;
import io.mulan.report.PictureFiles;
import java.nio.file.Path;
import java.util.List;

/** The pictures that commands leave. */
final class Pictures {
  private static final int FRAME = 8;
  private static final int LAST_FRAME = 200;

  private Pictures() {}

  /** All images in a square. */
  static void grid(Path file, ImageSet images) {
    PictureFiles.png(file, ImageGrid.of(images));
  }

  /** Samples at the left, images at the right. */
  static void beside(Path file, ImageSet samples, ImageSet images) {
    PictureFiles.png(
        file, ImageGrid.beside(List.of(samples, images), List.of("samples", images.name())));
  }

  /** A row for each set, with its label. */
  static void rows(Path file, List<ImageSet> rows, List<String> labels) {
    PictureFiles.png(file, ImageGrid.rows(rows, labels));
  }

  /** A PNG for each image. */
  static void each(Path folder, ImageSet images) {
    PictureFiles.each(folder, images);
  }

  /** A grid that moves; one of its frames at a time is magnified. */
  static void gif(Path file, List<ImageSet> frames) {
    PictureFiles.gif(file, frames.stream().map(ImageGrid::of).iterator(), FRAME, LAST_FRAME);
  }

  /** Bounds against numbers of steps. */
  static void bounds(Path file, List<Integer> steps, List<Figure> bounds) {
    PictureFiles.png(
        file,
        new Chart("Bound of the chain of T steps", "T, steps", "bits/dim")
            .logarithmicX()
            .errors(
                "bound",
                steps.stream().mapToDouble(Integer::doubleValue).toArray(),
                bounds.stream().mapToDouble(Figure::bitsPerDim).toArray(),
                bounds.stream().mapToDouble(Figure::standardError).toArray())
            .picture(1));
  }
}
