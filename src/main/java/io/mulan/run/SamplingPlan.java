package io.mulan.run;

import io.mulan.config.DataConfig;
import io.mulan.config.RunConfig;
import io.mulan.console.Text;
import io.mulan.data.Conditions;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.sampling.Sampler;
import java.util.Map;

/**
 * How images are drawn.
 *
 * @param count of images
 * @param label the class of all of them; -1 for all classes in turn
 * @param way how noise becomes an image
 * @param last how levels come out of z_0
 * @param batch images drawn together
 */
public record SamplingPlan(int count, int label, Way way, Last last, long seed, int batch) {
  /**
   * @throws io.mulan.files.ConfigException if a number is outside of what is allowed
   */
  public SamplingPlan {
    Require.atLeast("count", count, 1);
    Require.atLeast("label", label, -1);
    Require.atLeast("seed", seed, 0);
    Require.atLeast("batch", batch, 1);
  }

  /** How noise becomes an image. */
  public sealed interface Way {
    /** Such as {@code ancestral}. */
    String name();
  }

  /**
   * In steps from t = 1 to t = 0.
   *
   * @param steps T
   * @param clip whether x̂ is kept in the range of images
   */
  public record Steps(Sampler sampler, int steps, boolean clip) implements Way {
    public Steps {
      Require.atLeast("steps", steps, 1);
    }

    @Override
    public String name() {
      return Text.name(sampler);
    }
  }

  /** Along the probability flow, with as many evaluations as the tolerance needs. */
  public record Flow(Tolerance tolerance) implements Way {
    @Override
    public String name() {
      return "flow";
    }
  }

  /** How levels come out of z_0. */
  public enum Last {
    MOST_LIKELY,
    DRAW
  }

  /** Some images by the reverse chain. */
  public static SamplingPlan few(int count, int steps, long seed, RunConfig config) {
    return new SamplingPlan(
        count,
        -1,
        new Steps(Sampler.ANCESTRAL, steps, false),
        Last.MOST_LIKELY,
        seed,
        Math.min(count, config.training().batch()));
  }

  /** What makes steps. */
  public Sampler sampler() {
    return way instanceof Steps chain ? chain.sampler() : Sampler.ANCESTRAL;
  }

  /** Whether x̂ is kept in the range of images. */
  public boolean clip() {
    return way instanceof Steps chain && chain.clip();
  }

  /** The same in another way. */
  public SamplingPlan with(Way other) {
    return new SamplingPlan(count, label, other, last, seed, batch);
  }

  /** The same for at most so many images. */
  public SamplingPlan withAtMost(int most) {
    return new SamplingPlan(Math.min(count, most), label, way, last, seed, batch);
  }

  /** The conditions of the images from {@code first} on, for a model of these data [size,k]. */
  public float[] conditions(DataConfig data, int first, int size) {
    return Conditions.of(data).of(size, i -> label >= 0 ? label : (first + i) % data.classes());
  }

  /** For files and reports. */
  public Map<String, Object> settings() {
    Map<String, Object> settings = Provenance.settings("sampler", way.name());
    if (way instanceof Flow flow) {
      settings.put("rtol", flow.tolerance().relative());
      settings.put("atol", flow.tolerance().absolute());
    } else if (way instanceof Steps chain) {
      settings.put("steps", chain.steps());
      if (chain.clip()) {
        settings.put("clip", true);
      }
    }
    settings.put("last", Text.name(last));
    settings.put("seed", seed);
    settings.put("count", count);
    if (way instanceof Flow) {
      settings.put("batch", batch);
    }
    if (label >= 0) {
      settings.put("class", label);
    }
    return settings;
  }
}
