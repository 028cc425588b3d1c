package io.mulan.run;

import io.mulan.config.LatentConfig;
import io.mulan.config.RunConfig;
import io.mulan.console.Text;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.flow.Probe;
import io.mulan.likelihood.Dequantisation;
import java.util.Map;

/** How the likelihood of images is measured. */
public sealed interface LikelihoodMethod {

  /** The variational bound at 128 times for each image, with seed 0. */
  static Bound bound() {
    return new Bound(128, 0, 0);
  }

  /** The probability flow with one sample and tolerances of 1e-5, with seed 0. */
  static Exact exact() {
    return new Exact(
        1, Exact.Noise.TRUNCATED_NORMAL, Probe.RADEMACHER, Tolerance.DEFAULT, false, 0, 0);
  }

  /** Its name in the names of files. */
  String name();

  /** Images or draws that are computed together; 0 for as many as in training. */
  int batch();

  /** What a result depends on in addition to weights and images. */
  Map<String, Object> settings(RunConfig config);

  /** The run as this method measures it. */
  default TrainedRun prepare(TrainedRun run) {
    return run;
  }

  /** How many are computed together. */
  default int batch(RunConfig config) {
    return batch() > 0 ? batch() : config.training().batch();
  }

  /**
   * The variational bound.
   *
   * @param times K, stratified, for each image
   */
  record Bound(int times, long seed, int batch) implements LikelihoodMethod {
    public Bound {
      Require.atLeast("times", times, 1);
      Require.atLeast("seed", seed, 0);
      Require.atLeast("batch", batch, 0);
    }

    @Override
    public String name() {
      return "bound";
    }

    @Override
    public Map<String, Object> settings(RunConfig config) {
      return Provenance.settings("times", times, "seed", seed);
    }
  }

  /**
   * The importance-weighted bound of the discrete chain.
   *
   * @param samples K trajectories for each image
   * @param steps T of a trajectory
   */
  record Importance(int samples, int steps, long seed, int batch) implements LikelihoodMethod {
    public Importance {
      Require.atLeast("samples", samples, 1);
      Require.atLeast("steps", steps, 1);
      Require.atLeast("seed", seed, 0);
      Require.atLeast("batch", batch, 0);
    }

    @Override
    public String name() {
      return "importance";
    }

    @Override
    public Map<String, Object> settings(RunConfig config) {
      return Provenance.settings("importance", samples, "steps", steps, "seed", seed);
    }
  }

  /**
   * The log-likelihood by the probability flow.
   *
   * @param samples K, importance samples of latent and dequantisation
   * @param published whether the choices are those of the published evaluation
   */
  record Exact(
      int samples,
      Noise dequantisation,
      Probe probe,
      Tolerance tolerance,
      boolean published,
      long seed,
      int batch)
      implements LikelihoodMethod {
    public Exact {
      Require.atLeast("samples", samples, 1);
      Require.atLeast("seed", seed, 0);
      Require.atLeast("batch", batch, 0);
    }

    /** The kinds of dequantisation. */
    public enum Noise {
      TRUNCATED_NORMAL,
      UNIFORM
    }

    @Override
    public String name() {
      return published ? "exact-published" : "exact";
    }

    /** Under the published law where that was asked for; the weights are the same. */
    @Override
    public TrainedRun prepare(TrainedRun run) {
      return published && run.config().latent().kind() == LatentConfig.Kind.TOP_K
          ? run.with("latent.law=published")
          : run;
    }

    @Override
    public Map<String, Object> settings(RunConfig config) {
      return Provenance.settings(
          "samples",
          samples,
          "dequantisation",
          Text.name(dequantisation),
          "probe",
          Text.name(probe),
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
  }
}
