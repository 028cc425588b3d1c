package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.tf.Tensors;
import java.util.function.IntUnaryOperator;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/** Images as tensors. */
final class Batches {
  private Batches() {}

  /** The images from {@code first} on [count,H,W,C]. */
  static TUint8 of(ImageSet images, int first, int count) {
    return of(images, count, i -> first + i);
  }

  /**
   * Images in any order [count,H,W,C].
   *
   * @param index of the image in each row
   */
  static TUint8 of(ImageSet images, int count, IntUnaryOperator index) {
    ImageShape shape = images.shape();
    return Tensors.of(
        Shape.of(count, shape.height(), shape.width(), shape.channels()),
        images.copies(count, index));
  }
}
