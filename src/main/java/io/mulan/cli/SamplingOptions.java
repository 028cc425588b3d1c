package io.mulan.cli;

import io.mulan.config.RunConfig;
import io.mulan.console.Text;
import io.mulan.run.SamplingPlan;
import io.mulan.sampling.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How {@code mulan sample} draws images.
 *
 * @param gif whether a moving picture is made
 * @param sweep samplers and numbers of steps to compare; empty for none
 */
record SamplingOptions(SamplingPlan plan, boolean gif, List<SamplingPlan.Steps> sweep) {
  private static final String FLOW = "flow";
  private static final String STEPS_ONLY = "does not go with --sampler flow";

  private static final int COUNT = 64;
  private static final int STEPS = 256;

  static OptionList add(OptionList options) {
    return options
        .value("count", "N", "how many images (64)")
        .value(
            Arguments.CLASS,
            "N|NAME",
            "of all of them, for a conditional model: a number from 0, or a name (all in turn)")
        .value(
            "sampler",
            Arguments.names(Sampler.class) + "|" + FLOW,
            "reverse chain, or probability flow in fixed or adaptive steps (ancestral)")
        .value("steps", "T", "of all but flow (256, or the model's own)")
        .flag("clip", "the predicted image x̂ is kept in the range of images")
        .value("rtol", "X", "of flow (1e-5)")
        .value("atol", "X", "of flow (1e-5)")
        .value("last", Arguments.names(SamplingPlan.Last.class), "levels given z_0 (most-likely)")
        .value("seed", "S", "of all noise (0)")
        .value("like", "test|train|PATH", "latents of images, as --images of evaluate has them")
        .value("latents", "FILE", "latents [N,m] of an npy or npz file, as samples.npz has them")
        .value("beside", "test|train|PATH", "a second grid, with as many of these images")
        .flag("gif", "a moving picture of the denoising")
        .value(
            "steps-sweep",
            "T,T,...",
            "compare numbers of steps, and samplers if --sampler names some: ddim,heun")
        .value("batch", "N", "drawn together (as many as in training)")
        .value("out", "DIR", "where to write (RUN/samples/...)");
  }

  static SamplingOptions read(Arguments given, RunConfig config) {
    boolean flow = given.text("sampler", "").equals(FLOW);
    if (flow) {
      given.refuse("steps", STEPS_ONLY + ", which has --rtol and --atol");
      given.refuse("clip", STEPS_ONLY);
      given.refuse("steps-sweep", STEPS_ONLY);
      given.refuse("gif", STEPS_ONLY);
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
    boolean clip = given.has("clip");
    List<Sampler> samplers = flow ? List.of() : samplers(given);
    SamplingPlan plan =
        new SamplingPlan(
            count,
            given.label(config.data()),
            flow
                ? new SamplingPlan.Flow(given.tolerance())
                : new SamplingPlan.Steps(samplers.get(0), steps, clip),
            given.choice("last", SamplingPlan.Last.MOST_LIKELY, SamplingPlan.Last.class),
            given.seed(),
            given.count("batch", Math.min(count, config.training().batch()), 1));
    return new SamplingOptions(plan, given.has("gif"), sweep(given, samplers, clip));
  }

  private static List<Sampler> samplers(Arguments given) {
    String text = given.text("sampler", Text.name(Sampler.ANCESTRAL));
    if (!given.has("steps-sweep")) {
      return List.of(given.choice("sampler", Sampler.ANCESTRAL, Sampler.class));
    }
    return Arrays.stream(text.split(",", -1))
        .map(name -> Arguments.choice("sampler", name, Sampler.class))
        .distinct()
        .toList();
  }

  private static List<SamplingPlan.Steps> sweep(
      Arguments given, List<Sampler> samplers, boolean clip) {
    List<SamplingPlan.Steps> sweep = new ArrayList<>();
    if (given.has("steps-sweep")) {
      for (Sampler sampler : samplers) {
        for (String text : given.text("steps-sweep", "").split(",", -1)) {
          int steps = Arguments.count("steps-sweep", text, 1);
          sweep.add(new SamplingPlan.Steps(sampler, steps, clip));
        }
      }
    }
    return List.copyOf(sweep);
  }

  /** For a folder. */
  String name() {
    List<String> names = sweep.stream().map(SamplingPlan.Way::name).distinct().toList();
    return (sweep.isEmpty() ? plan.way().name() : String.join("-", names))
        + (plan.way() instanceof SamplingPlan.Steps chain ? "-" + chain.steps() : "")
        + (plan.clip() ? "-clip" : "")
        + (sweep.isEmpty() ? "" : "-sweep")
        + "-seed-"
        + plan.seed()
        + (plan.label() < 0 ? "" : "-class-" + plan.label());
  }
}
