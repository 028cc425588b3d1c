package io.mulan.cli;

import io.mulan.flow.Probe;
import io.mulan.run.LikelihoodMethod;
import io.mulan.run.LikelihoodMethod.Bound;
import io.mulan.run.LikelihoodMethod.Exact;
import io.mulan.run.LikelihoodMethod.Importance;
import java.util.List;

/** The options that say how a likelihood is measured. */
final class EvaluationOptions {
  private enum Method {
    BOUND,
    EXACT
  }

  private static final int STEPS = 256;
  private static final List<String> EXACT_ONLY =
      List.of("samples", "dequantisation", "probe", "rtol", "atol", "published");
  private static final List<String> BOUND_ONLY = List.of("times", "importance", "steps");

  private EvaluationOptions() {}

  static OptionList add(OptionList options) {
    return options
        .value(
            "method",
            Arguments.names(Method.class),
            "variational bound, or probability flow (bound)")
        .value("times", "K", "bound: times for each image, stratified (128)")
        .value("importance", "K", "bound: K weighted trajectories of --steps for each image")
        .value("steps", "T", "steps of a trajectory (256)")
        .value("samples", "K", "exact: importance samples of latent and dequantisation (1)")
        .value("dequantisation", Arguments.names(Exact.Noise.class), "exact (truncated-normal)")
        .value("probe", Arguments.names(Probe.class), "exact: of the divergence (rademacher)")
        .value("rtol", "X", "exact: relative tolerance (1e-5)")
        .value("atol", "X", "exact: absolute tolerance (1e-5)")
        .flag("published", "exact: the published evaluation's choices, to compare with it")
        .value("seed", "S", "of all noise (0)")
        .value("batch", "N", "computed together (as many as in training)")
        .value("json", "FILE", "write the report there too");
  }

  static LikelihoodMethod read(Arguments given) {
    Method method = given.choice("method", Method.BOUND, Method.class);
    if (method == Method.BOUND) {
      EXACT_ONLY.forEach(o -> given.refuse(o, "goes with --method exact"));
      if (!given.has("importance")) {
        given.refuse("steps", "goes with --importance K");
      } else {
        given.refuse("times", "does not go with --importance: trajectories have --steps");
      }
    } else {
      BOUND_ONLY.forEach(o -> given.refuse(o, "goes with --method bound"));
    }
    int batch = given.count("batch", 0, 1);
    if (method == Method.EXACT) {
      return new Exact(
          given.count("samples", 1, 1),
          given.choice("dequantisation", Exact.Noise.TRUNCATED_NORMAL, Exact.Noise.class),
          given.choice("probe", Probe.RADEMACHER, Probe.class),
          given.tolerance(),
          given.has("published"),
          given.seed(),
          batch);
    }
    int times = given.count("times", LikelihoodMethod.bound().times(), 1);
    int steps = given.count("steps", STEPS, 1);
    return given.has("importance")
        ? new Importance(given.count("importance", 0, 1), steps, given.seed(), batch)
        : new Bound(times, given.seed(), batch);
  }
}
