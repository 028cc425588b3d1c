package io.mulan.drawing;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import java.nio.file.Path;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The pictures that commands leave, after their results. */
public final class Pictures {
  private static final Logger LOG = LogManager.getLogger(Pictures.class);
  private static final int FRAME = 8;
  private static final int LAST_FRAME = 200;

  /** Of files, one for each image: what is drawn to be counted in millions is read from the npz. */
  private static final int MOST_FILES = 100_000;

  private Pictures() {}

  /** Why there can be no pictures of such images. */
  public static String why(ImageShape shape) {
    return "images of "
        + shape
        + " cannot be drawn as pictures, which have 1 or 3 channels and up to 4096×4096 pixels";
  }

  /** Whether there can be pictures of such images; the log warns if not. */
  public static boolean shows(ImageShape shape) {
    if (!ImageGrid.shows(shape)) {
      LOG.warn("no pictures: {}", why(shape));
    }
    return ImageGrid.shows(shape);
  }

  /** What to add to a file's name where it shows fewer than there are. */
  public static String first(int shown, int count) {
    return shown < count ? " (the first " + shown + ")" : "";
  }

  /** All images in a square. */
  public static void grid(Path file, ImageSet images) {
    PictureFiles.png(file, ImageGrid.of(images));
  }

  /** Samples at the left, images at the right. */
  public static void sideBySide(Path file, ImageSet samples, ImageSet images) {
    PictureFiles.png(
        file, ImageGrid.sideBySide(List.of(samples, images), List.of("samples", images.name())));
  }

  /** A row for each set, with its label. */
  public static void rows(Path file, List<ImageSet> rows, List<String> labels) {
    PictureFiles.png(file, ImageGrid.rows(rows, labels));
  }

  /**
   * A PNG for each image, but not for millions.
   *
   * @return how many
   */
  public static int each(Path folder, ImageSet images) {
    int count = Math.min(MOST_FILES, images.count());
    PictureFiles.each(folder, images, count);
    return count;
  }

  /** A grid that moves; one of its frames at a time is magnified. */
  public static void gif(Path file, List<ImageSet> frames) {
    PictureFiles.gif(file, frames.stream().map(ImageGrid::of).iterator(), FRAME, LAST_FRAME);
  }

  /** Bounds against numbers of steps. */
  public static void bounds(Path file, double[] steps, double[] bounds, double[] errors) {
    PictureFiles.png(
        file,
        new Chart("Bound of the chain of T steps", "T, steps", "bits/dim")
            .logarithmicX()
            .errors("bound", steps, bounds, errors)
            .picture(1));
  }
}
