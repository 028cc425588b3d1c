package io.mulan.diffusion;

import io.mulan.tf.Variables.Variable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.ndarray.Shape;

/** The parts of a model, in words, and how many weights each has. */
public final class ModelParts {
  private static final Map<String, String> PARTS =
      Map.of(
          DiffusionModel.NETWORK, "score network",
          DiffusionModel.ENCODER, "encoder",
          DiffusionModel.SCHEDULE, "schedule");

  /** The sum of all parts. */
  public static final String ALL = "all";

  private ModelParts() {}

  /** The part that a weight of this name belongs to. */
  public static String of(String weight) {
    String root = weight.substring(0, weight.indexOf('/'));
    return PARTS.getOrDefault(root, root);
  }

  /** Number of weights by part, and {@link #ALL}. */
  public static Map<String, Long> counts(Collection<? extends Variable<?>> weights) {
    SortedMap<String, Shape> shapes = new TreeMap<>();
    weights.forEach(w -> shapes.put(w.name(), w.shape()));
    return counts(shapes);
  }

  /** Number of weights by part, and {@link #ALL}. */
  public static Map<String, Long> counts(SortedMap<String, Shape> weights) {
    Map<String, Long> counts = new LinkedHashMap<>();
    weights.forEach((name, shape) -> counts.merge(of(name), shape.size(), Long::sum));
    counts.put(ALL, weights.values().stream().mapToLong(Shape::size).sum());
    return counts;
  }
}
