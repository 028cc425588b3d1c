package io.mulan.report;

import io.mulan.training.Metrics;
import io.mulan.training.Metrics.Moment;
import java.nio.file.Path;
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
record ComparedPreset(String name, List<Run> runs) {

  List<Run> finished() {
    return runs.stream().filter(Run::finished).toList();
  }

  /** Bits/dim after all steps, over the finished runs. */
  Spread last() {
    return Spread.of(finished().stream().mapToDouble(Run::last).toArray());
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
    List<Metrics.Curve> curves = finished().stream().map(Run::curve).toList();
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

  /**
   * The same quantity in several runs.
   *
   * @param mean not a number if there are none
   * @param deviation standard deviation of one run (n - 1 in the denominator); not a number below
   *     two
   * @param count how many
   */
  record Spread(double mean, double deviation, int count) {

    /** Of these values. */
    static Spread of(double... values) {
      double mean = Arrays.stream(values).average().orElse(Double.NaN);
      double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
      double deviation = values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
      return new Spread(mean, deviation, values.length);
    }

    /** Of the mean; not a number below two values. */
    double standardError() {
      return deviation / Math.sqrt(count);
    }
  }

  /**
   * One of the runs that are compared, as it is now.
   *
   * @param folder where it is
   * @param message what it diverged with; empty if it did not
   * @param curve bits/dim on the test images
   */
  record Run(
      String preset, long seed, Path folder, State state, String message, Metrics.Curve curve) {

    /** How far it came. */
    enum State {
      FINISHED,
      DIVERGED,
      UNFINISHED
    }

    static String name(String preset, long seed) {
      return preset + "-seed" + seed;
    }

    boolean finished() {
      return state == State.FINISHED;
    }

    /** The last figure; of a finished run that after all steps. */
    double last() {
      return curve.values()[curve.size() - 1];
    }
  }
}
