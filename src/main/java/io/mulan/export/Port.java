package io.mulan.export;

import io.mulan.tf.OrderedSums;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;

/**
 * An input or output of a signature.
 *
 * @param description what it is, for people
 */
public record Port(String name, String description, Operand<?> operand) {

  Port in(OrderedSums copy) {
    return new Port(name, description, copy.of(operand));
  }

  /** Type and shape as NumPy would say it, such as {@code uint8 [-1, 8, 8, 1]}. */
  public String type() {
    Shape shape = operand.shape();
    String name = operand.asOutput().dataType().name().substring("DT_".length());
    String type =
        switch (name) {
          case "FLOAT" -> "float32";
          case "DOUBLE" -> "float64";
          default -> name.toLowerCase(java.util.Locale.ROOT);
        };
    return type + " " + (shape.isUnknown() ? "[...]" : java.util.Arrays.toString(shape.asArray()));
  }
}
