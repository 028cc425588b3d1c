package io.mulan.export;

import io.mulan.tf.OrderedSums;
import org.tensorflow.Operand;

/**
 * A tensor that goes into an exported graph or comes out of it.
 *
 * @param tensor whose operation has the name that it is fed or fetched by
 * @param meaning in words, with its unit
 */
public record Port(Operand<?> tensor, String meaning) {

  Port in(OrderedSums copy) {
    return new Port(copy.of(tensor), meaning);
  }

  /** What it is fed or fetched by. */
  public String name() {
    return tensor.op().name();
  }
}
