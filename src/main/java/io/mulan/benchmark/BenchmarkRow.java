package io.mulan.benchmark;

import io.mulan.console.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A figure of a benchmark: a row of its tables.
 *
 * @param scale from the unit in which it is kept to {@code unit}
 * @param kept its value, or null where there is none
 */
record BenchmarkRow(
    String name, String unit, double scale, Function<Benchmark.Column, Double> kept) {
  static final String HOST = "host overhead";

  private static final List<BenchmarkRow> STEP =
      List.of(
          step("building the graph", "s", 1, StepMeasurement::buildSeconds),
          step("first step", "s", 1, s -> s.timing().firstSeconds()),
          step("step, median", "ms", 1e3, s -> s.timing().medianSeconds()),
          step("step, lower quartile", "ms", 1e3, s -> s.timing().lowerQuartileSeconds()),
          step("step, upper quartile", "ms", 1e3, s -> s.timing().upperQuartileSeconds()),
          step("images", "1/s", 1, StepMeasurement::imagesPerSecond),
          step("work an image", "GFLOP", 1e-9, s -> number(s.flopsPerImage())),
          new BenchmarkRow("work done", "GFLOP/s", 1e-9, Benchmark.Column::flopsPerSecond),
          new BenchmarkRow("  of convolutions' peak", "%", 100, c -> c.ofConvolutionPeak()),
          new BenchmarkRow("  of products' peak", "%", 100, c -> c.ofProductPeak()),
          step("peak memory, process", "MB", 1e-6, s -> number(s.processBytes())),
          step("peak memory, tensors", "MB", 1e-6, s -> number(s.tensorBytes())));

  /** Of the step itself. */
  static List<BenchmarkRow> step() {
    return STEP;
  }

  /** The time of each part of the step. */
  static List<BenchmarkRow> parts() {
    List<BenchmarkRow> rows = new ArrayList<>();
    for (String part : StepParts.NAMES) {
      rows.add(profile(part, p -> seconds(p, part)));
    }
    rows.add(profile(HOST, StepProfile::hostSeconds));
    return rows;
  }

  static List<BenchmarkRow> all() {
    return Stream.concat(step().stream(), parts().stream()).toList();
  }

  private static BenchmarkRow step(
      String name, String unit, double scale, Function<StepMeasurement, Double> kept) {
    return new BenchmarkRow(name, unit, scale, c -> kept.apply(c.step()));
  }

  private static BenchmarkRow profile(String name, Function<StepProfile, Double> kept) {
    return new BenchmarkRow(
        name, "ms", 1e3, c -> c.step().profile() == null ? null : kept.apply(c.step().profile()));
  }

  private static Double seconds(StepProfile profile, String part) {
    return profile.parts().stream()
        .filter(p -> p.name().equals(part))
        .map(StepProfile.Part::seconds)
        .findFirst()
        .orElse(null);
  }

  private static Double number(Long value) {
    return value == null ? null : value.doubleValue();
  }

  boolean isIn(Benchmark.Column column) {
    return kept.apply(column) != null;
  }

  /** In {@link #unit}, with three digits or more; a dash where there is none. */
  String text(Benchmark.Column column) {
    return isIn(column) ? digits(value(column)) : "-";
  }

  /** In {@link #unit}. */
  double value(Benchmark.Column column) {
    return kept.apply(column) * scale;
  }

  /** With three digits or more. */
  static String digits(double x) {
    double size = Math.abs(x);
    if (size >= 1e4) {
      return Text.count(Math.round(x));
    }
    int places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
    String form = size > 0 && size < 0.01 ? "%.1e" : "%." + places + "f";
    return String.format(Locale.ROOT, form, x);
  }
}
