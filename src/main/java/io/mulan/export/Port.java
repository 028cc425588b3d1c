package io.mulan.export;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;

/**
 * An input or output of a graph.
 *
 * @param description what it is, for people
 */
record Port(String name, String description, Operand<?> operand) {

  /** The type of its numbers, such as {@code float32}. */
  String type() {
    return operand.type().getSimpleName().substring(1).toLowerCase(Locale.ROOT);
  }

  /** Its shape, such as {@code [B,8,8,1]}: B is any number. */
  String shape() {
    return shape(operand.shape());
  }

  static String shape(Shape shape) {
    return Arrays.stream(shape.asArray())
        .mapToObj(n -> n == Shape.UNKNOWN_SIZE ? "B" : Long.toString(n))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
