package io.mulan.cli;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.tf.Variables.Variable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts of weights, by the part of the model they belong to. */
final class Parameters {
  private static final Map<String, String> PARTS =
      Map.of(
          DiffusionModel.NETWORK, "score network",
          DiffusionModel.ENCODER, "encoder",
          DiffusionModel.SCHEDULE, "schedule");

  /** The sum of all parts. */
  static final String ALL = "all";

  private Parameters() {}

  /** Number of weights by part, and {@link #ALL}. */
  static Map<String, Long> byPart(Collection<? extends Variable<?>> weights) {
    Map<String, Long> counts = new LinkedHashMap<>();
    long all = 0;
    for (Variable<?> w : weights) {
      String root = w.name().substring(0, w.name().indexOf('/'));
      counts.merge(PARTS.getOrDefault(root, root), w.shape().size(), Long::sum);
      all += w.shape().size();
    }
    counts.put(ALL, all);
    return counts;
  }

  static String table(Map<String, Long> counts) {
    StringBuilder table = new StringBuilder("weights\n");
    counts.forEach(
        (part, n) -> table.append(String.format("  %-16s %14s%n", part, Figures.count(n))));
    return table.toString();
  }
}
