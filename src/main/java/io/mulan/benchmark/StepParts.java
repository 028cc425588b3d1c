package io.mulan.benchmark;

import io.mulan.tf.StepTrace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which part of a step an operation belongs to, found by its name.
 *
 * <p>A graph has several sets of gradients, each under a name with a running number. The one of
 * which most operations ran is that of the loss; the others are derivatives of the schedule, which
 * the loss itself is made of.
 */
final class StepParts {
  private static final String FORWARD = "forward";
  private static final String BACKWARD = "backward";
  private static final String OPTIMISER = "optimiser";
  private static final String INPUT = "noise and input";
  private static final String COMPILED = "one compiled call";

  /** All of them, in the order of a step. */
  public static final List<String> NAMES = List.of(INPUT, FORWARD, BACKWARD, OPTIMISER, COMPILED);

  private static final Pattern GRADIENTS = Pattern.compile("(gradients_\\d+)/.*");
  private static final Pattern OPTIMISERS = Pattern.compile("(optimizer|ema)(_\\d+)?/.*");
  private static final Pattern INPUTS =
      Pattern.compile("(noise(_\\d+)?/|images|conditions|_arg_).*");

  private StepParts() {}

  /** Those of a training step, whose operations are named after them. */
  static Function<StepTrace.Ran, String> ofTraining(StepTrace trace) {
    Function<StepTrace.Ran, String> gradients = withBackward(trace);
    return operation -> {
      String name = operation.name();
      if (OPTIMISERS.matcher(name).matches()) {
        return OPTIMISER;
      }
      return INPUTS.matcher(name).matches() ? INPUT : gradients.apply(operation);
    };
  }

  /** Those of a training step that XLA compiled: it has one only. */
  static Function<StepTrace.Ran, String> ofCompiled(StepTrace trace) {
    return operation -> COMPILED;
  }

  /** Those of something with gradients of its own. */
  static Function<StepTrace.Ran, String> withBackward(StepTrace trace) {
    Optional<String> backward = largest(trace);
    return operation -> {
      Optional<String> scope = scope(operation.name());
      return scope.isPresent() && scope.equals(backward) ? BACKWARD : FORWARD;
    };
  }

  /** Those of something whose gradients, if any, are derivatives of the schedule. */
  static Function<StepTrace.Ran, String> forwards(StepTrace trace) {
    return operation -> FORWARD;
  }

  private static Optional<String> largest(StepTrace trace) {
    Map<String, Integer> sizes = new HashMap<>();
    for (StepTrace.Ran operation : trace.operations()) {
      scope(operation.name()).ifPresent(s -> sizes.merge(s, 1, Integer::sum));
    }
    return sizes.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }

  /** The set of gradients that an operation is of. */
  private static Optional<String> scope(String name) {
    Matcher gradients = GRADIENTS.matcher(name);
    return gradients.matches() ? Optional.of(gradients.group(1)) : Optional.empty();
  }
}
