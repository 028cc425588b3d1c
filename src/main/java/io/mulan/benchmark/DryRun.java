package io.mulan.benchmark;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.console.Text;
import io.mulan.data.Datasets;
import io.mulan.data.Datasets.DataShape;
import io.mulan.diffusion.ModelParts;
import io.mulan.run.Training;
import io.mulan.tf.GraphCost;
import io.mulan.training.ProductType;
import io.mulan.training.TrainingSession;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.ndarray.Shape;

/**
 * What {@code mulan train --dry-run} prints: the configuration, the weights, and what a step would
 * take.
 */
public final class DryRun {
  private static final Logger LOG = LogManager.getLogger(DryRun.class);

  /**
   * Weight, its average, and two moments of its gradient; the gradient is one of the step's
   * tensors.
   */
  private static final long VARIABLES_PER_WEIGHT = 4;

  /** Measured over a batch of this size: larger ones are no faster. */
  private static final int LARGEST_PROBE = 32;

  private DryRun() {}

  public static void print(RunConfig config, PrintStream out) {
    DataConfig files = config.data();
    if (!files.path().isBlank()) { // without one, the model alone is of interest
      LOG.info("looking at the data...");
      Training.checkBatch(config.training(), Datasets.open(files));
    }
    out.print("configuration\n" + config.toYaml().indent(2) + "\n");
    LOG.info("building the model...");
    DataShape data = Datasets.shape(config.data());
    try (TrainingSession session = new TrainingSession(config, data.image(), false)) {
      Map<String, Long> weights = ModelParts.counts(session.weights());
      out.print(Text.weights(weights) + "\n");
      out.print(estimate(config, data.image(), weights.get(ModelParts.ALL), session.cost()));
    }
  }

  private static String estimate(RunConfig config, ImageShape image, long weights, GraphCost cost) {
    long variables = VARIABLES_PER_WEIGHT * Float.BYTES * weights;
    int probe = Math.min(LARGEST_PROBE, config.training().batch());
    int channels = config.network().channels();
    double speed =
        MachinePeak.convolutionOf(
            ProductType.of(config.training().precision()),
            Shape.of(probe, image.height(), image.width(), channels));
    double seconds = cost.flops() / speed;
    return """
        a step of %d images, estimated
          work             %.4g GFLOP in convolutions and matrix products
          memory           %s (weights and optimiser %s, tensors %s)
          time             at least %s (3×3 convolutions of %d channels run at %.0f GFLOP/s here)
          all %s steps  at least %s
        """
        .formatted(
            config.training().batch(),
            cost.flops() / 1e9,
            Text.bytes(variables + cost.bytes()),
            Text.bytes(variables),
            Text.bytes(cost.bytes()),
            String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.0f s", seconds),
            channels,
            speed / 1e9,
            Text.count(config.training().steps()),
            Text.duration(seconds * config.training().steps()));
  }
}
