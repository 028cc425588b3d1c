package io.mulan.cli;

import io.mulan.config.RunConfig;
import io.mulan.run.SamplingPlan;
import io.mulan.sampling.Sampler;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Options;

/**
 * How {@code mulan sample} draws images.
 *
 * @param gif whether a moving picture is made
 * @param sweep numbers of steps to compare; empty for none
 */
record SamplingOptions(SamplingPlan plan, boolean gif, List<Integer> sweep) {

  /** How noise becomes an image. */
  private enum Way {
    ANCESTRAL,
    HEUN,
    FLOW
  }

  private static final int COUNT = 64;
  private static final int STEPS = 256;

  static Options of(Options options) {
    return options
        .addOption(ConfigOptions.withValue("count", "N", "how many images (64)"))
        .addOption(
            ConfigOptions.withValue(
                Arguments.CLASS,
                "N|NAME",
                "of all of them, for a conditional model: a number from 0, or a name (all in turn)"))
        .addOption(
            ConfigOptions.withValue(
                "sampler",
                Arguments.names(Way.class),
                "reverse chain, or probability flow in fixed or adaptive steps (ancestral)"))
        .addOption(
            ConfigOptions.withValue(
                "steps", "T", "of ancestral and heun (256, or the model's own)"))
        .addOption(ConfigOptions.withValue("rtol", "X", "of flow (1e-5)"))
        .addOption(ConfigOptions.withValue("atol", "X", "of flow (1e-5)"))
        .addOption(
            ConfigOptions.withValue(
                "last", Arguments.names(SamplingPlan.Last.class), "levels given z_0 (most-likely)"))
        .addOption(ConfigOptions.withValue("seed", "S", "of all noise (0)"))
        .addOption(
            ConfigOptions.withValue(
                "like", "test|train|PATH", "latents of images, as --images of evaluate has them"))
        .addOption(
            ConfigOptions.withValue(
                "latents", "FILE", "latents [N,m] of an npy or npz file, as samples.npz has them"))
        .addOption(
            ConfigOptions.withValue(
                "beside", "test|train|PATH", "a second grid, with as many of these images"))
        .addOption(ConfigOptions.flag("gif", "a moving picture of the denoising"))
        .addOption(
            ConfigOptions.withValue(
                "steps-sweep", "T,T,...", "the bound and the images for each number of steps"))
        .addOption(ConfigOptions.withValue("batch", "N", "drawn together (as many as in training)"))
        .addOption(ConfigOptions.withValue("out", "DIR", "where to write (RUN/samples/...)"));
  }

  static SamplingOptions read(Arguments given, RunConfig config) {
    Way way = given.choice("sampler", Way.ANCESTRAL, Way.class);
    if (way == Way.FLOW) {
      given.refuse("steps", "goes with --sampler ancestral or heun; flow has --rtol and --atol");
      given.refuse("steps-sweep", "goes with --sampler ancestral or heun");
      given.refuse("gif", "goes with --sampler ancestral or heun");
    } else {
      given.refuse("rtol", "goes with --sampler flow");
      given.refuse("atol", "goes with --sampler flow");
    }
    if (given.has("steps-sweep")) {
      given.refuse("steps", "does not go with --steps-sweep");
      given.refuse("gif", "does not go with --steps-sweep");
    }
    if (given.has("like")) {
      given.refuse(
          Arguments.CLASS, "does not go with --like: those images have classes of their own");
      given.refuse("latents", "does not go with --like");
    }
    int own = config.loss().timesteps() > 0 ? config.loss().timesteps() : STEPS;
    int count = given.count("count", given.has("steps-sweep") ? 8 : COUNT, 1);
    int steps = given.count("steps", own, 1);
    SamplingPlan plan =
        new SamplingPlan(
            count,
            given.label(config.data()),
            switch (way) {
              case ANCESTRAL -> new SamplingPlan.Steps(Sampler.ANCESTRAL, steps);
              case HEUN -> new SamplingPlan.Steps(Sampler.HEUN, steps);
              case FLOW -> new SamplingPlan.Flow(FlowOptions.tolerance(given));
            },
            given.choice("last", SamplingPlan.Last.MOST_LIKELY, SamplingPlan.Last.class),
            given.seed(),
            given.count("batch", Math.min(count, config.training().batch()), 1));
    return new SamplingOptions(plan, given.has("gif"), sweep(given));
  }

  private static List<Integer> sweep(Arguments given) {
    List<Integer> sweep = new ArrayList<>();
    if (given.has("steps-sweep")) {
      for (String text : given.text("steps-sweep", "").split(",", -1)) {
        sweep.add(Arguments.count("steps-sweep", text, 1));
      }
    }
    return List.copyOf(sweep);
  }

  /** For a folder. */
  String name() {
    return plan.way().name()
        + (plan.way() instanceof SamplingPlan.Steps chain ? "-" + chain.steps() : "")
        + (sweep.isEmpty() ? "" : "-sweep")
        + "-seed-"
        + plan.seed()
        + (plan.label() < 0 ? "" : "-class-" + plan.label());
  }
}
