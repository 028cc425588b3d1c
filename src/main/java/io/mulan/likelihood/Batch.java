package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.tf.Tensors;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * Images as tensors, and what the model is told of them.
 *
 * @param pixels levels [count,H,W,C]
 * @param conditions [count,k]; empty if the model is told nothing
 */
record Batch(TUint8 pixels, Optional<TFloat32> conditions) implements AutoCloseable {

  /** The images from {@code first} on. */
  static Batch of(ImageSet images, int first, int count) {
    return of(images, count, i -> first + i);
  }

  /**
   * Images in any order.
   *
   * @param index of the image in each row
   */
  static Batch of(ImageSet images, int count, IntUnaryOperator index) {
    ImageShape shape = images.shape();
    float[] conditions = images.conditions(count, index);
    return new Batch(
        Tensors.of(
            Shape.of(count, shape.height(), shape.width(), shape.channels()),
            images.copies(count, index)),
        conditions.length == 0
            ? Optional.empty()
            : Optional.of(Tensors.of(Shape.of(count, images.conditions().size()), conditions)));
  }

  /** Feeds them to the inputs of a graph. */
  Session.Runner feed(
      Session.Runner runner, Operand<TUint8> images, Optional<Operand<TFloat32>> told) {
    told.ifPresent(input -> runner.feed(input, conditions.orElseThrow()));
    return runner.feed(images, pixels);
  }

  @Override
  public void close() {
    pixels.close();
    conditions.ifPresent(TFloat32::close);
  }
}
