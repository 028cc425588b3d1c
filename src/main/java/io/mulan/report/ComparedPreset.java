package io.mulan.report;

import io.mulan.training.Metrics;
import io.mulan.training.Metrics.Moment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What one preset came to over the seeds.
 *
 * @param runs one for each seed, in their order
 */
record ComparedPreset(String name, List<ComparedRun> runs) {

  List<ComparedRun> finished() {
    return runs.stream().filter(ComparedRun::finished).toList();
  }

  /** Bits/dim after all steps, over the finished runs. */
  Spread last() {
    return Spread.of(finished().stream().mapToDouble(ComparedRun::last).toArray());
  }

  /** How much more bits/dim this is than another preset, over the seeds that both finished. */
  Spread above(ComparedPreset other) {
    return Spread.of(
        finished().stream()
            .flatMapToDouble(
                ours ->
                    other.finished().stream()
                        .filter(theirs -> theirs.seed() == ours.seed())
                        .mapToDouble(theirs -> ours.last() - theirs.last()))
            .toArray());
  }

  /**
   * When the runs came down to a value, over those that did.
   *
   * @param part steps or seconds of the moment
   */
  Spread reaches(double bitsPerDim, ToDoubleFunction<Moment> part) {
    return Spread.of(
        runs.stream()
            .map(r -> r.curve().reaches(bitsPerDim))
            .flatMap(Optional::stream)
            .mapToDouble(part)
            .toArray());
  }

  /**
   * The mean of the finished runs, and how they scatter around it.
   *
   * @param seconds mean over the runs
   * @param deviation standard deviation over the runs
   */
  record Band(double[] steps, double[] seconds, double[] mean, double[] deviation) {

    double[] low() {
      return edge(-1);
    }

    double[] high() {
      return edge(1);
    }

    private double[] edge(int sign) {
      double[] edge = mean.clone();
      Arrays.setAll(edge, i -> mean[i] + sign * deviation[i]);
      return edge;
    }
  }

  /** Where all finished runs were measured. */
  Band band() {
    List<Metrics.Curve> curves = finished().stream().map(ComparedRun::curve).toList();
    double[] steps =
        curves.isEmpty()
            ? new double[0]
            : Arrays.stream(curves.get(0).steps())
                .distinct()
                .filter(s -> curves.stream().allMatch(c -> index(c, s) >= 0))
                .toArray();
    Spread[] values = over(curves, steps, Metrics.Curve::values);
    Spread[] seconds = over(curves, steps, Metrics.Curve::seconds);
    return new Band(
        steps,
        Arrays.stream(seconds).mapToDouble(Spread::mean).toArray(),
        Arrays.stream(values).mapToDouble(Spread::mean).toArray(),
        Arrays.stream(values).mapToDouble(Spread::deviation).toArray());
  }

  private static Spread[] over(
      List<Metrics.Curve> curves, double[] steps, Function<Metrics.Curve, double[]> column) {
    return Arrays.stream(steps)
        .mapToObj(
            s ->
                Spread.of(curves.stream().mapToDouble(c -> column.apply(c)[index(c, s)]).toArray()))
        .toArray(Spread[]::new);
  }

  private static int index(Metrics.Curve curve, double step) {
    return Arrays.binarySearch(curve.steps(), step);
  }
}
