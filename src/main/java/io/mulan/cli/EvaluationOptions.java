package io.mulan.cli;

import io.mulan.config.LatentConfig;
import io.mulan.config.RunConfig;
import io.mulan.flow.Probe;
import io.mulan.flow.Tolerance;
import io.mulan.likelihood.Dequantisation;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * How a likelihood is measured.
 *
 * @param times K of the bound, stratified, for each image
 * @param importance K of the importance-weighted bound; 0 for the plain one
 * @param steps T of its trajectories
 * @param samples K of the exact likelihood
 * @param batch images or draws that are computed together; 0 for as many as in training
 */
record EvaluationOptions(
    Method way,
    int times,
    int importance,
    int steps,
    int samples,
    Noise dequantisation,
    Probe probe,
    Tolerance tolerance,
    boolean published,
    long seed,
    int batch) {

  enum Method {
    BOUND,
    EXACT
  }

  /** The kinds of dequantisation. */
  enum Noise {
    TRUNCATED_NORMAL,
    UNIFORM
  }

  private static final int TIMES = 128;
  private static final int STEPS = 256;
  private static final List<String> EXACT_ONLY =
      List.of("samples", "dequantisation", "probe", "rtol", "atol", "published");
  private static final List<String> BOUND_ONLY = List.of("times", "importance", "steps");

  static Options of(Options options) {
    return options
        .addOption(
            ConfigOptions.withValue(
                "method",
                OptionValues.names(Method.class),
                "variational bound, or probability flow (bound)"))
        .addOption(
            ConfigOptions.withValue("times", "K", "bound: times for each image, stratified (128)"))
        .addOption(
            ConfigOptions.withValue(
                "importance", "K", "bound: K weighted trajectories of --steps for each image"))
        .addOption(ConfigOptions.withValue("steps", "T", "steps of a trajectory (256)"))
        .addOption(
            ConfigOptions.withValue(
                "samples", "K", "exact: importance samples of latent and dequantisation (1)"))
        .addOption(
            ConfigOptions.withValue(
                "dequantisation", OptionValues.names(Noise.class), "exact (truncated-normal)"))
        .addOption(
            ConfigOptions.withValue(
                "probe", OptionValues.names(Probe.class), "exact: of the divergence (rademacher)"))
        .addOption(ConfigOptions.withValue("rtol", "X", "exact: relative tolerance (1e-5)"))
        .addOption(ConfigOptions.withValue("atol", "X", "exact: absolute tolerance (1e-5)"))
        .addOption(
            ConfigOptions.flag(
                "published", "exact: the published evaluation's choices, to compare with it"))
        .addOption(ConfigOptions.withValue("seed", "S", "of all noise (0)"))
        .addOption(
            ConfigOptions.withValue("batch", "N", "computed together (as many as in training)"))
        .addOption(ConfigOptions.withValue("json", "FILE", "write the report there too"));
  }

  static EvaluationOptions read(CommandLine line) {
    OptionValues values = new OptionValues(line);
    Method method = values.choice("method", Method.BOUND, Method.class);
    if (method == Method.BOUND) {
      EXACT_ONLY.forEach(o -> values.refuse(o, "goes with --method exact"));
      if (!values.has("importance")) {
        values.refuse("steps", "goes with --importance K");
      } else {
        values.refuse("times", "does not go with --importance: trajectories have --steps");
      }
    } else {
      BOUND_ONLY.forEach(o -> values.refuse(o, "goes with --method bound"));
    }
    return new EvaluationOptions(
        method,
        values.count("times", TIMES, 1),
        values.count("importance", 0, 1),
        values.count("steps", STEPS, 1),
        values.count("samples", 1, 1),
        values.choice("dequantisation", Noise.TRUNCATED_NORMAL, Noise.class),
        values.choice("probe", Probe.RADEMACHER, Probe.class),
        FlowOptions.tolerance(values),
        values.has("published"),
        values.seed(),
        values.count("batch", 0, 1));
  }

  /** The method's name in files and reports. */
  String method() {
    if (way == Method.BOUND) {
      return importance > 0 ? "importance" : "bound";
    }
    return published ? "exact-published" : "exact";
  }

  /** The run, under the published law where that was asked for; its weights are the same. */
  TrainedRun prepare(TrainedRun run) {
    return published && run.config().latent().kind() == LatentConfig.Kind.TOP_K
        ? run.with("latent.law=published")
        : run;
  }

  int batch(RunConfig config) {
    return batch > 0 ? batch : config.training().batch();
  }

  Dequantisation dequantisation(RunConfig config) {
    int levels = config.data().levels();
    return switch (dequantisation) {
      case UNIFORM -> new Dequantisation.Uniform(levels, published);
      case TRUNCATED_NORMAL ->
          published
              ? new Dequantisation.PublishedTruncatedNormal()
              : new Dequantisation.TruncatedNormal(levels);
    };
  }

  /** What a figure depends on beside weights and images. */
  Map<String, Object> settings(RunConfig config) {
    if (way == Method.EXACT) {
      return Provenance.settings(
          "samples",
          samples,
          "dequantisation",
          OptionValues.name(dequantisation),
          "probe",
          OptionValues.name(probe),
          "rtol",
          tolerance.relative(),
          "atol",
          tolerance.absolute(),
          "published",
          published,
          "seed",
          seed,
          "batch",
          batch(config));
    }
    return importance > 0
        ? Provenance.settings("importance", importance, "steps", steps, "seed", seed)
        : Provenance.settings("times", times, "seed", seed);
  }
}
