package io.mulan.benchmark;

import static org.hipparchus.stat.descriptive.rank.Percentile.EstimationType.R_7;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.stat.descriptive.rank.Percentile;

/**
 * What something takes that is done again and again.
 *
 * @param firstSeconds the first time, with what TensorFlow does once: planning, compiling
 */
record StepTiming(
    double firstSeconds,
    double medianSeconds,
    double lowerQuartileSeconds,
    double upperQuartileSeconds) {
  private static final int WARM_UP = 3;

  /** Measures one thing, this many times after the first few. */
  static StepTiming measure(Runnable step, int times) {
    return inTurns(List.of(step), times).get(0);
  }

  /** Measures several in turns, so that a machine that slows down slows all of them. */
  static List<StepTiming> inTurns(List<Runnable> steps, int times) {
    double[] first = steps.stream().mapToDouble(StepTiming::seconds).toArray();
    double[][] seconds = new double[steps.size()][times];
    for (int round = -WARM_UP; round < times; round++) {
      for (int i = 0; i < steps.size(); i++) {
        double taken = seconds(steps.get(i));
        if (round >= 0) {
          seconds[i][round] = taken;
        }
      }
    }
    List<StepTiming> timings = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      timings.add(of(first[i], seconds[i]));
    }
    return timings;
  }

  /** The same of a part of what was timed, which was this many times as long. */
  StepTiming dividedBy(int count) {
    return new StepTiming(
        firstSeconds / count,
        medianSeconds / count,
        lowerQuartileSeconds / count,
        upperQuartileSeconds / count);
  }

  private static StepTiming of(double first, double[] seconds) {
    Percentile linear = new Percentile().withEstimationType(R_7);
    linear.setData(seconds);
    return new StepTiming(first, linear.evaluate(50), linear.evaluate(25), linear.evaluate(75));
  }

  private static double seconds(Runnable step) {
    long start = System.nanoTime();
    step.run();
    return (System.nanoTime() - start) / 1e9;
  }
}
