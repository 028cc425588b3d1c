package io.mulan.likelihood;

import io.mulan.data.ImageSet;
import java.util.function.IntConsumer;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The importance-weighted bound on -log p(x) under the chain of T steps, over latent and noise
 * (Burda et al. 2016): minus the logarithm of the mean of K weights of whole trajectories.
 */
public final class TrajectoryEstimator {
  private final Session session;
  private final TrajectoryGraph graph;
  private final int batch;
  private final int steps;
  private final int samples;
  private final long seed;

  /**
   * @param batch trajectories in one run
   * @param steps T
   * @param samples K
   * @param seed of the noise, from 0 to 2^31 - 1
   */
  public TrajectoryEstimator(
      Session session, TrajectoryGraph graph, int batch, int steps, int samples, long seed) {
    this.session = session;
    this.graph = graph;
    this.batch = batch;
    this.steps = steps;
    this.samples = samples;
    this.seed = seed;
  }

  /**
   * For each image, in nats.
   *
   * @param importance the bound with K samples
   * @param single the bound with one sample, mean over the K
   */
  public record Batch(double[] importance, double[] single) {}

  /**
   * Measures the images from {@code first} on.
   *
   * @param onBatch told after each run how many images are done
   */
  public Batch measure(ImageSet images, int first, int count, IntConsumer onBatch) {
    double[][] logWeights = new double[count][samples];
    long rows = (long) count * samples;
    for (long row = 0; row < rows; row += batch) {
      Rows drawn = new Rows(first, row, (int) Math.min(batch, rows - row), samples);
      try (TUint8 pixels = Batches.of(images, drawn.size(), drawn::image);
          TInt32 t = TInt32.scalarOf(steps);
          TInt64 s = TInt64.scalarOf(seed);
          TInt64 number = TInt64.scalarOf(drawn.number());
          Result result =
              session
                  .runner()
                  .feed(graph.images(), pixels)
                  .feed(graph.steps(), t)
                  .feed(graph.seed(), s)
                  .feed(graph.firstRow(), number)
                  .fetch(graph.logWeights())
                  .run()) {
        TFloat64 weights = (TFloat64) result.get(0);
        for (int i = 0; i < drawn.size(); i++) {
          logWeights[drawn.image(i) - first][drawn.draw(i)] = weights.getDouble(i);
        }
      }
      onBatch.accept((int) ((row + drawn.size()) / samples));
    }
    double[] importance = new double[count];
    double[] single = new double[count];
    for (int i = 0; i < count; i++) {
      importance[i] = -ExactEstimator.logMeanExp(logWeights[i]);
      for (double log : logWeights[i]) {
        single[i] -= log / samples;
      }
    }
    return new Batch(importance, single);
  }
}
