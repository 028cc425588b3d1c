package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.tf.ImageBatch;
import java.util.function.IntUnaryOperator;
import org.tensorflow.ndarray.Shape;

/** Images of a set as tensors. */
public final class Batches {
  private Batches() {}

  /** The images from {@code first} on. */
  public static ImageBatch of(ImageSet images, int first, int count) {
    return of(images, count, i -> first + i);
  }

  /**
   * Images in any order.
   *
   * @param index of the image in each row
   */
  public static ImageBatch of(ImageSet images, int count, IntUnaryOperator index) {
    ImageShape shape = images.shape();
    return ImageBatch.of(
        Shape.of(shape.batch(count)), images.copies(count, index), images.conditions(count, index));
  }
}
