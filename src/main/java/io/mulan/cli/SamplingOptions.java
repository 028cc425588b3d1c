package io.mulan.cli;

import io.mulan.config.DataConfig;
import io.mulan.config.RunConfig;
import io.mulan.data.Conditions;
import io.mulan.flow.Tolerance;
import io.mulan.sampling.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * How images are drawn.
 *
 * @param count of images
 * @param label the class of all of them; -1 for all classes in turn
 * @param steps T; of no use to the adaptive flow
 * @param last how levels come out of z_0
 * @param batch images drawn together; 0 for as many as in training
 * @param sweep numbers of steps to compare; empty for none
 */
record SamplingOptions(
    int count,
    int label,
    Way way,
    int steps,
    Tolerance tolerance,
    Last last,
    long seed,
    int batch,
    boolean gif,
    List<Integer> sweep) {

  /** How noise becomes an image. */
  enum Way {
    ANCESTRAL,
    HEUN,
    FLOW
  }

  /** How levels come out of z_0. */
  enum Last {
    MOST_LIKELY,
    DRAW
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
                "last", OptionValues.names(Last.class), "levels given z_0 (most-likely)"))
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
    return new SamplingOptions(
        count,
        values.label(config.data()),
        way,
        values.count("steps", own, 1),
        FlowOptions.tolerance(values),
        values.choice("last", Last.MOST_LIKELY, Last.class),
        values.seed(),
        values.count("batch", Math.min(count, config.training().batch()), 1),
        values.has("gif"),
        sweep(values));
  }

  /** Some images of seed 0 by the reverse chain. */
  static SamplingOptions few(int count, int steps, RunConfig config) {
    return new SamplingOptions(
        count,
        -1,
        Way.ANCESTRAL,
        steps,
        FlowOptions.TOLERANCE,
        Last.MOST_LIKELY,
        0,
        Math.min(count, config.training().batch()),
        false,
        List.of());
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

  /** What makes steps. */
  Sampler sampler() {
    return way == Way.HEUN ? Sampler.HEUN : Sampler.ANCESTRAL;
  }

  /** The same with another number of steps. */
  SamplingOptions withSteps(int other) {
    return new SamplingOptions(count, label, way, other, tolerance, last, seed, batch, gif, sweep);
  }

  /** The same for at most so many images. */
  SamplingOptions withAtMost(int most) {
    int fewer = Math.min(count, most);
    return new SamplingOptions(fewer, label, way, steps, tolerance, last, seed, batch, gif, sweep);
  }

  /** What a model of these data is told of the images from {@code first} on [size,k]. */
  float[] conditions(DataConfig data, int first, int size) {
    return Conditions.of(data).of(size, i -> label >= 0 ? label : (first + i) % data.classes());
  }

  /** For files and reports. */
  Map<String, Object> settings() {
    Map<String, Object> settings = drawn();
    if (label >= 0) {
      settings.put(OptionValues.CLASS, label);
    }
    return settings;
  }

  private Map<String, Object> drawn() {
    return way == Way.FLOW
        ? Provenance.settings(
            "sampler", OptionValues.name(way),
            "rtol", tolerance.relative(),
            "atol", tolerance.absolute(),
            "last", OptionValues.name(last),
            "seed", seed,
            "count", count,
            "batch", batch)
        : Provenance.settings(
            "sampler", OptionValues.name(way),
            "steps", steps,
            "last", OptionValues.name(last),
            "seed", seed,
            "count", count);
  }

  /** For a folder. */
  String name() {
    return OptionValues.name(way)
        + (way == Way.FLOW ? "" : "-" + steps)
        + (sweep.isEmpty() ? "" : "-sweep")
        + "-seed-"
        + seed
        + (label < 0 ? "" : "-class-" + label);
  }
}
