package io.mulan.tf;

import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * Images as tensors, with the conditions of a model.
 *
 * @param pixels levels [B,H,W,C]
 * @param conditions [B,k]; empty if the model has none
 */
public record ImageBatch(TUint8 pixels, Optional<TFloat32> conditions) implements AutoCloseable {

  /**
   * Copies both.
   *
   * @param shape [B,H,W,C]
   * @param levels row by row
   * @param given row by row, k for each image; empty for nothing
   */
  public static ImageBatch of(Shape shape, byte[] levels, float[] given) {
    long count = shape.get(0);
    return new ImageBatch(
        Tensors.of(shape, levels),
        given.length == 0
            ? Optional.empty()
            : Optional.of(Tensors.of(Shape.of(count, given.length / count), given)));
  }

  /** Feeds them to the inputs of a graph. */
  public GraphSession.Runner feed(
      GraphSession.Runner runner, Operand<TUint8> images, Optional<Operand<TFloat32>> given) {
    given.ifPresent(input -> runner.feed(input, conditions.orElseThrow()));
    return runner.feed(images, pixels);
  }

  @Override
  public void close() {
    pixels.close();
    conditions.ifPresent(TFloat32::close);
  }
}
