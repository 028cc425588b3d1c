package io.mulan.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.report.ComparedPreset.Run.State;
import io.mulan.training.Metrics.Curve;
import io.mulan.training.Metrics.Moment;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class ComparedPresetTest {
  private static final ComparedPreset TWO =
      new ComparedPreset(
          "two",
          List.of(
              run(0, State.FINISHED, 1, 4, 3, 2),
              run(1, State.FINISHED, 3, 6, 5, 4),
              run(2, State.DIVERGED, 1, 3)));

  /** Measured after each 10 steps, of so many seconds each. */
  private static ComparedPreset.Run run(long seed, State state, double seconds, double... values) {
    double[] steps = new double[values.length];
    double[] times = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      steps[i] = 10 * (i + 1);
      times[i] = seconds * steps[i];
    }
    return new ComparedPreset.Run(
        "two", seed, Path.of("two"), state, "", new Curve(steps, times, values));
  }

  @Test
  void theBandIsOfTheFinishedRuns() {
    ComparedPreset.Band band = TWO.band();
    assertArrayEquals(new double[] {10, 20, 30}, band.steps());
    assertArrayEquals(new double[] {20, 40, 60}, band.seconds());
    assertArrayEquals(new double[] {5, 4, 3}, band.mean());
    double root = Math.sqrt(2);
    assertArrayEquals(new double[] {5 - root, 4 - root, 3 - root}, band.low(), 1e-15);
    assertArrayEquals(new double[] {5 + root, 4 + root, 3 + root}, band.high(), 1e-15);
  }

  @Test
  void stepsThatARunWasNotMeasuredAfterAreNotInTheBand() {
    ComparedPreset.Run measuredTwice =
        new ComparedPreset.Run(
            "two",
            1,
            Path.of("two"),
            State.FINISHED,
            "",
            new Curve(new double[] {10, 30, 30}, new double[] {1, 3, 3}, new double[] {6, 4, 4}));
    ComparedPreset preset =
        new ComparedPreset("two", List.of(measuredTwice, run(0, State.FINISHED, 1, 4, 3, 2)));
    assertArrayEquals(new double[] {10, 30}, preset.band().steps());
    assertArrayEquals(new double[] {5, 3}, preset.band().mean());
  }

  @Test
  void theBandWithoutFinishedRunsIsEmpty() {
    ComparedPreset preset = new ComparedPreset("one", List.of(run(0, State.UNFINISHED, 1, 4)));
    assertEquals(0, preset.band().steps().length);
    assertEquals(0, preset.last().count());
  }

  @Test
  void aDifferenceIsOverTheSeedsThatBothFinished() {
    ComparedPreset other =
        new ComparedPreset(
            "other",
            List.of(
                run(0, State.FINISHED, 1, 1.5),
                run(1, State.FINISHED, 1, 3.7),
                run(2, State.FINISHED, 1, 100)));
    assertEquals(2, TWO.above(other).count());
    assertEquals(0.4, TWO.above(other).mean(), 1e-15);
    assertEquals(0.1, TWO.above(other).standardError(), 1e-15);
  }

  @Test
  void everyRunThatReachesAValueCounts() {
    assertEquals(2, TWO.reaches(3.5, Moment::step).count()); // a finished and a diverged one
    assertEquals((15 + 10) / 2.0, TWO.reaches(3.5, Moment::step).mean());
    assertEquals((1 * 15 + 1 * 10) / 2.0, TWO.reaches(3.5, Moment::seconds).mean());
    assertEquals(0, TWO.reaches(1, Moment::step).count());
  }

  @Test
  void theTargetIsWhatEveryFinishedRunReaches() {
    Comparison comparison = Comparison.of(List.of(TWO), OptionalDouble.empty());
    assertEquals(4, comparison.target());
    assertEquals(3, TWO.reaches(4, Moment::step).count());
    assertEquals(1.5, Comparison.of(List.of(TWO), OptionalDouble.of(1.5)).target());
    ComparedPreset none = new ComparedPreset("one", List.of(run(0, State.UNFINISHED, 1, 4)));
    assertTrue(Double.isNaN(Comparison.of(List.of(none), OptionalDouble.empty()).target()));
  }
}
