package io.mulan.tf;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** Takes part of a batch out of a tensor of known shape. */
public final class BatchPart {
  private BatchPart() {}

  /**
   * Some of the rows of each block: [blocks B,...] to [blocks count,...].
   *
   * @param first of them (scalar)
   * @param count how many
   * @param blocks that the rows are in, all rows of one before those of the next
   */
  public static <T extends TType> Operand<T> of(
      Ops tf, Operand<T> x, Operand<TInt32> first, int count, int blocks) {
    long[] shape = x.shape().asArray();
    long size = 1;
    for (int i = 1; i < shape.length; i++) {
      size *= shape[i];
    }
    Operand<T> all = tf.reshape(x, tf.constant(new long[] {blocks, shape[0] / blocks, size}));
    Operand<TInt32> zero = tf.constant(0);
    Operand<T> part =
        tf.slice(
            all,
            tf.stack(List.of(zero, first, zero)),
            tf.constant(new int[] {blocks, count, (int) size}));
    shape[0] = (long) blocks * count;
    return tf.reshape(part, tf.constant(shape));
  }
}
