package io.mulan.benchmark;

import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig.Precision;
import io.mulan.console.Text;
import java.util.List;

/**
 * What {@code mulan benchmark} is to measure.
 *
 * @param model the name of the configuration
 * @param ways training without and with XLA, or one of them
 * @param steps to measure
 */
public record BenchmarkPlan(What what, String model, RunConfig config, List<Xla> ways, int steps) {

  /** A kind of step. */
  public enum What {
    TRAIN("training step"),
    SCORE("bound"),
    SAMPLE("step of the ancestral sampler"),
    EXACT("evaluation of the flow with its divergence"),
    DATA("input pipeline");

    private final String title;

    What(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }

    /** Whether a training step is measured. */
    public boolean trains() {
      return this == TRAIN || this == DATA;
    }
  }

  /** Whether XLA compiles the training step. */
  public enum Xla {
    OFF,
    ON;

    public String title() {
      return "XLA " + Text.name(this);
    }
  }

  int batch() {
    return config.training().batch();
  }

  /** What products multiply: training only has a choice. */
  public Precision precision() {
    return what.trains() ? config.training().precision() : Precision.FLOAT32;
  }
}
