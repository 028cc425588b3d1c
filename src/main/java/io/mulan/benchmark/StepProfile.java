package io.mulan.benchmark;

import io.mulan.tf.StepTrace;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Where the time of a step goes, by TensorFlow's trace of one.
 *
 * <p>Operations run at the same time, and tracing slows them. So the share of a part is that of its
 * operations in the time of all operations, and its seconds are that share of an untraced step
 * without the host's overhead: parts and overhead together are the median step.
 *
 * @param hostSeconds what a run takes that is fed the same and computes nothing (median)
 * @param wallSeconds of the traced step, from the start of the first operation to the end of the
 *     last
 * @param operationSeconds the times of all operations of the traced step together
 * @param parts in the order of a step, those that are there
 * @param kinds the types of operations that take most, most first
 */
record StepProfile(
    double hostSeconds,
    double wallSeconds,
    double operationSeconds,
    List<Part> parts,
    List<Kind> kinds) {
  private static final int TRACES = 3;
  private static final int KINDS = 10;

  /**
   * A part of a step.
   *
   * @param share of the time of all operations, from 0 to 1
   * @param seconds that share of the step without the host's overhead
   */
  public record Part(String name, double share, double seconds) {}

  /**
   * A type of operations.
   *
   * @param count how many of it ran
   * @param seconds of all of them together
   * @param share of the time of all operations, from 0 to 1
   */
  public record Kind(String type, int count, double seconds, double share) {}

  public StepProfile {
    parts = List.copyOf(parts);
    kinds = List.copyOf(kinds);
  }

  /** A trace of several that is neither the fastest nor the slowest. */
  static StepTrace typical(Supplier<StepTrace> traced) {
    return Stream.generate(traced)
        .limit(1 + TRACES)
        .skip(1) // the first one prepares
        .sorted(Comparator.comparingDouble(StepTrace::wallSeconds))
        .toList()
        .get(TRACES / 2);
  }

  /**
   * Reads a trace.
   *
   * @param stepSeconds what a step takes untraced
   * @param hostSeconds what it would take if it computed nothing
   * @param part the part of an operation
   */
  static StepProfile of(
      StepTrace trace,
      double stepSeconds,
      double hostSeconds,
      Function<StepTrace.Ran, String> part) {
    double all = trace.operationSeconds();
    double computing = stepSeconds - hostSeconds;
    Map<String, StepTrace.Group> parts = trace.by(part);
    return new StepProfile(
        hostSeconds,
        trace.wallSeconds(),
        all,
        StepParts.NAMES.stream()
            .filter(parts::containsKey)
            .map(name -> part(name, parts.get(name).seconds() / all, computing))
            .toList(),
        trace.by(StepTrace.Ran::type).entrySet().stream()
            .map(e -> kind(e.getKey(), e.getValue(), all))
            .sorted(Comparator.comparingDouble(Kind::seconds).reversed())
            .limit(KINDS)
            .toList());
  }

  private static Part part(String name, double share, double computing) {
    return new Part(name, share, share * computing);
  }

  private static Kind kind(String type, StepTrace.Group group, double all) {
    return new Kind(type, group.count(), group.seconds(), group.seconds() / all);
  }
}
