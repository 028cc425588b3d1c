package io.mulan.diffusion;

import io.mulan.tf.Variables.Variable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

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
    Map<String, Long> counts = new LinkedHashMap<>();
    long all = 0;
    for (Variable<?> w : weights) {
      counts.merge(of(w.name()), w.shape().size(), Long::sum);
      all += w.shape().size();
    }
    counts.put(ALL, all);
    return counts;
  }
}
