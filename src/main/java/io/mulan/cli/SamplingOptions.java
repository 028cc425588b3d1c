package io.mulan.cli;

import io.mulan.config.RunConfig;
import io.mulan.run.SamplingPlan;
import io.mulan.sampling.Sampler;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
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
                OptionValues.CLASS,
                "N|NAME",
                "of all of them, where the model is told: a number from 0, or a name (all in turn)"))
        .addOption(
            ConfigOptions.withValue(
                "sampler",
                OptionValues.names(Way.class),
                "reverse chain, or probability flow in fixed or adaptive steps (ancestral)"))
        .addOption(
            ConfigOptions.withValue(
                "steps", "T", "of ancestral and heun (256, or the model's own)"))
        .addOption(ConfigOptions.withValue("rtol", "X", "of flow (1e-5)"))
        .addOption(ConfigOptions.withValue("atol", "X", "of flow (1e-5)"))
        .addOption(
            ConfigOptions.withValue(
                "last",
                OptionValues.names(SamplingPlan.Last.class),
                "levels given z_0 (most-likely)"))
        .addOption(ConfigOptions.withValue("seed", "S", "of all noise (0)"))
        .addOption(
            ConfigOptions.withValue(
                "like", "test|train|PATH", "latents of images, as --images of evaluate has them"))
        .addOption(
            ConfigOptions.withValue(
                "latents", "FILE", "latents [N,m] of an npy or npz file, as samples.npz has them"))
        .addOption(
            ConfigOptions.withValue(
                "beside", "test|train|PATH", "a second grid, with as many of these images beside"))
        .addOption(ConfigOptions.flag("gif", "a moving picture of the denoising"))
        .addOption(
            ConfigOptions.withValue(
                "steps-sweep", "T,T,...", "the bound and the images for each number of steps"))
        .addOption(ConfigOptions.withValue("batch", "N", "drawn together (as many as in training)"))
        .addOption(ConfigOptions.withValue("out", "DIR", "where to write (RUN/samples/...)"));
  }

  static SamplingOptions read(CommandLine line, RunConfig config) {
    OptionValues values = new OptionValues(line);
    Way way = values.choice("sampler", Way.ANCESTRAL, Way.class);
    if (way == Way.FLOW) {
      values.refuse("steps", "goes with --sampler ancestral or heun; flow has --rtol and --atol");
      values.refuse("steps-sweep", "goes with --sampler ancestral or heun");
      values.refuse("gif", "goes with --sampler ancestral or heun");
    } else {
      values.refuse("rtol", "goes with --sampler flow");
      values.refuse("atol", "goes with --sampler flow");
    }
    if (values.has("steps-sweep")) {
      values.refuse("steps", "does not go with --steps-sweep");
      values.refuse("gif", "does not go with --steps-sweep");
    }
    if (values.has("like")) {
      values.refuse(
          OptionValues.CLASS, "does not go with --like: those images have classes of their own");
      values.refuse("latents", "does not go with --like");
    }
    int own = config.loss().timesteps() > 0 ? config.loss().timesteps() : STEPS;
    int count = values.count("count", values.has("steps-sweep") ? 8 : COUNT, 1);
    int steps = values.count("steps", own, 1);
    SamplingPlan plan =
        new SamplingPlan(
            count,
            values.label(config.data()),
            switch (way) {
              case ANCESTRAL -> new SamplingPlan.Steps(Sampler.ANCESTRAL, steps);
              case HEUN -> new SamplingPlan.Steps(Sampler.HEUN, steps);
              case FLOW -> new SamplingPlan.Flow(FlowOptions.tolerance(values));
            },
            values.choice("last", SamplingPlan.Last.MOST_LIKELY, SamplingPlan.Last.class),
            values.seed(),
            values.count("batch", Math.min(count, config.training().batch()), 1));
    return new SamplingOptions(plan, values.has("gif"), sweep(values));
  }

  private static List<Integer> sweep(OptionValues values) {
    List<Integer> sweep = new ArrayList<>();
    if (values.has("steps-sweep")) {
      for (String text : values.text("steps-sweep", "").split(",", -1)) {
        sweep.add(OptionValues.count("steps-sweep", text, 1));
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
