package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.tf.ImageBatch;
import org.tensorflow.ndarray.Shape;

/**
 * Draws that are made together: K for each image, one image after the other.
 *
 * @param first image
 * @param offset of the first draw from the first one of that image
 */
public record Draws(int first, long offset, int size, int perImage) {
  /** How many images fill a batch. */
  static int images(int batch, int perImage) {
    return Math.max(1, (batch + perImage - 1) / perImage);
  }

  /** One draw for each of these images. */
  static Draws each(int first, int count) {
    return new Draws(first, 0, count, 1);
  }

  public int image(int row) {
    return first + (int) ((offset + row) / perImage);
  }

  /** Which of its image's draws. */
  int draw(int row) {
    return (int) ((offset + row) % perImage);
  }

  /** Among all draws of all images. */
  long number() {
    return (long) first * perImage + offset;
  }

  /** The image of each draw, as tensors. */
  public ImageBatch of(ImageSet images) {
    ImageShape shape = images.shape();
    return ImageBatch.of(
        Shape.of(shape.batch(size)),
        images.copies(size, this::image),
        images.conditions(size, this::image));
  }
}
