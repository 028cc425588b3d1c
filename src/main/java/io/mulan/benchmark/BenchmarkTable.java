package io.mulan.benchmark;

import io.mulan.benchmark.Benchmark.Column;
import io.mulan.benchmark.BenchmarkPlan.What;
import io.mulan.console.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/** The figures of a benchmark as people read them. */
public final class BenchmarkTable {
  private static final int NAME = 26;
  private static final int UNIT = 8;
  private static final int CELL = 18;

  private static final String KINDS = "%-48s%8s%12s%12s";

  private final StringBuilder text = new StringBuilder();
  private final Benchmark b;

  private BenchmarkTable(Benchmark b) {
    this.b = b;
  }

  public static String of(Benchmark benchmark) {
    BenchmarkTable table = new BenchmarkTable(benchmark);
    table.title();
    table.steps();
    table.compare();
    if (table.columns().stream().anyMatch(c -> c.step().profile() != null)) {
      table.parts();
      benchmark.columns().forEach((name, c) -> table.kinds(name, c.step().profile()));
    }
    return table.text.toString();
  }

  /** The figures next to those of an earlier run, for every column that both have. */
  public static String compared(Benchmark now, Benchmark earlier, String file) {
    BenchmarkTable table = new BenchmarkTable(now);
    table.compare(earlier, file);
    return table.text.toString();
  }

  private Collection<Column> columns() {
    return b.columns().values();
  }

  private void title() {
    add("%s: %s", what().title(), b.title());
    add(
        what() == What.DATA
            ? "%d epochs of the input; %1$d steps on random levels, weights as initialised"
            : "%d measured after a few to warm up; random levels, weights as initialised",
        b.steps());
    add(
        "peak of this machine in %s: 3×3 convolution and gradients %s GFLOP/s, matrix product %s"
            + " GFLOP/s",
        b.precision(),
        Row.digits(b.machine().convolutionFlopsPerSecond() / 1e9),
        Row.digits(b.machine().productFlopsPerSecond() / 1e9));
  }

  private What what() {
    return What.valueOf(b.what().toUpperCase(Locale.ROOT));
  }

  private void steps() {
    add("");
    row("", "", b.columns().keySet());
    for (Row row : Row.step()) {
      if (columns().stream().anyMatch(row::isIn)) {
        row(row.name(), row.unit(), columns().stream().map(row::text).toList());
      }
    }
    add("work: operations of convolutions and matrix products, counted from the graph");
  }

  /** The columns next to each other. */
  private void compare() {
    if (what() == What.TRAIN) {
      return;
    }
    Iterator<Column> both = columns().iterator();
    Column first = both.next();
    Column second = both.next();
    if (what() == What.DATA) {
      double times = first.step().imagesPerSecond() / second.step().imagesPerSecond();
      add("the input gives %s times what the training step takes", Row.digits(times));
    } else {
      double share = second.step().timing().medianSeconds() / first.step().timing().medianSeconds();
      add("the bare network is %.0f %% of it, measured in turns", 100 * share);
    }
  }

  private void parts() {
    add("");
    add("time by part");
    row("", "", b.columns().keySet());
    for (Row row : Row.parts()) {
      if (columns().stream().anyMatch(row::isIn)) {
        row(row.name(), row.unit(), columns().stream().map(c -> part(row, c)).toList());
      }
    }
    add("of the median step, untraced; the host's overhead is a run that is fed the same and");
    add(
        "computes nothing; %d threads work at once: each part has its share of the time of all",
        b.threads());
    add("operations in TensorFlow's trace of a step");
  }

  private static String part(Row row, Column column) {
    StepProfile profile = column.step().profile();
    String share =
        profile == null
            ? ""
            : profile.parts().stream()
                .filter(p -> p.name().equals(row.name()))
                .map(p -> String.format(Locale.ROOT, "%3.0f %%", 100 * p.share()))
                .findFirst()
                .orElse("");
    return row.text(column) + String.format("%7s", share);
  }

  private void kinds(String name, StepProfile profile) {
    if (profile == null) {
      return;
    }
    add("");
    add(KINDS, "most expensive operations, " + name, "count", "ms, traced", "share");
    for (StepProfile.Kind kind : profile.kinds()) {
      add(
          KINDS,
          "  " + kind.type(),
          Text.count(kind.count()),
          Row.digits(1e3 * kind.seconds()),
          String.format(Locale.ROOT, "%.1f %%", 100 * kind.share()));
    }
  }

  private void compare(Benchmark earlier, String file) {
    add("");
    add("next to %s: %s", file, earlier.title());
    row("", "", List.of("earlier", "now", "now/earlier"));
    ratio(
        "peak, convolution",
        "GFLOP/s",
        earlier.machine().convolutionFlopsPerSecond() / 1e9,
        b.machine().convolutionFlopsPerSecond() / 1e9);
    ratio(
        "peak, matrix product",
        "GFLOP/s",
        earlier.machine().productFlopsPerSecond() / 1e9,
        b.machine().productFlopsPerSecond() / 1e9);
    if (Collections.disjoint(b.columns().keySet(), earlier.columns().keySet())) {
      add("nothing else is in both: it has %s", String.join(", ", earlier.columns().keySet()));
    }
    for (String column : b.columns().keySet()) {
      if (earlier.columns().containsKey(column)) {
        add("%s", column);
        Row.all().stream()
            .filter(r -> r.isIn(earlier.columns().get(column)) && r.isIn(b.columns().get(column)))
            .forEach(
                r ->
                    ratio(
                        "  " + r.name(),
                        r.unit(),
                        r.value(earlier.columns().get(column)),
                        r.value(b.columns().get(column))));
      }
    }
  }

  private void ratio(String name, String unit, double earlier, double now) {
    row(
        name,
        unit,
        List.of(
            Row.digits(earlier),
            Row.digits(now),
            earlier == 0 ? "-" : String.format(Locale.ROOT, "%.2f", now / earlier)));
  }

  private void row(String name, String unit, Iterable<String> cells) {
    StringBuilder line = new StringBuilder();
    line.append(String.format("%-" + NAME + "s%-" + UNIT + "s", name, unit));
    cells.forEach(cell -> line.append(String.format("%" + CELL + "s", cell)));
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private void add(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /**
   * A figure of a benchmark: a row of its tables.
   *
   * @param scale from the unit in which it is kept to {@code unit}
   * @param kept its value, or null where there is none
   */
  private record Row(
      String name, String unit, double scale, Function<Benchmark.Column, Double> kept) {
    static final String HOST = "host overhead";

    private static final List<Row> STEP =
        List.of(
            step("building the graph", "s", 1, StepMeasurement::buildSeconds),
            step("first step", "s", 1, s -> s.timing().firstSeconds()),
            step("step, median", "ms", 1e3, s -> s.timing().medianSeconds()),
            step("step, lower quartile", "ms", 1e3, s -> s.timing().lowerQuartileSeconds()),
            step("step, upper quartile", "ms", 1e3, s -> s.timing().upperQuartileSeconds()),
            step("images", "1/s", 1, StepMeasurement::imagesPerSecond),
            step("work an image", "GFLOP", 1e-9, s -> number(s.flopsPerImage())),
            new Row("work done", "GFLOP/s", 1e-9, Benchmark.Column::flopsPerSecond),
            new Row("  of convolutions' peak", "%", 100, c -> c.ofConvolutionPeak()),
            new Row("  of products' peak", "%", 100, c -> c.ofProductPeak()),
            step("peak memory, process", "MB", 1e-6, s -> number(s.processBytes())),
            step("peak memory, tensors", "MB", 1e-6, s -> number(s.tensorBytes())));

    /** Of the step itself. */
    static List<Row> step() {
      return STEP;
    }

    /** The time of each part of the step. */
    static List<Row> parts() {
      List<Row> rows = new ArrayList<>();
      for (String part : StepParts.NAMES) {
        rows.add(profile(part, p -> seconds(p, part)));
      }
      rows.add(profile(HOST, StepProfile::hostSeconds));
      return rows;
    }

    static List<Row> all() {
      return Stream.concat(step().stream(), parts().stream()).toList();
    }

    private static Row step(
        String name, String unit, double scale, Function<StepMeasurement, Double> kept) {
      return new Row(name, unit, scale, c -> kept.apply(c.step()));
    }

    private static Row profile(String name, Function<StepProfile, Double> kept) {
      return new Row(
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
}
