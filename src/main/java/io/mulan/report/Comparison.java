package io.mulan.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What presets came to on the same data, batches and seeds.
 *
 * @param presets in the order they were named; the others are compared with the first
 * @param target bits/dim that each took so many steps to reach; not a number if no run finished
 * @param targetIs what it is, in words
 */
public record Comparison(List<ComparedPreset> presets, double target, String targetIs) {

  /**
   * A comparison.
   *
   * @param target the one asked for; else the worst that a run finished with, which all reach
   */
  public static Comparison of(List<ComparedPreset> presets, OptionalDouble target) {
    if (target.isPresent()) {
      return new Comparison(presets, target.getAsDouble(), "as asked for");
    }
    double worst =
        presets.stream()
            .flatMap(p -> p.finished().stream())
            .mapToDouble(ComparedPreset.Run::last)
            .max()
            .orElse(Double.NaN);
    return new Comparison(
        presets, worst, "the highest that a run ended at, so that every finished run reaches it");
  }

  ComparedPreset first() {
    return presets.get(0);
  }

  List<ComparedPreset.Run> runs() {
    return presets.stream().flatMap(p -> p.runs().stream()).toList();
  }
}
