package io.mulan.likelihood;

import io.mulan.data.ImageSet;
import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import java.util.List;
import java.util.function.IntConsumer;
import org.tensorflow.Result;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The importance-weighted bound on -log p(x) under the chain of T steps, over latent and noise
 * (Burda et al. 2016): minus the logarithm of the mean of K weights of whole trajectories.
 */
public record TrajectoryEstimator(
    GraphSession session, TrajectoryGraph graph, Options options, ImageSet images)
    implements Measurement {
  /** The bound with one sample, and what K of them gain. */
  public static final List<String> TERMS = List.of("trajectory", "importance");

  /**
   * How it is computed.
   *
   * @param batch trajectories in one run
   * @param steps T
   * @param samples K
   * @param seed of the noise, from 0 to 2^31 - 1
   */
  public record Options(int batch, int steps, int samples, long seed) {}

  @Override
  public List<String> terms() {
    return TERMS;
  }

  @Override
  public List<String> extras() {
    return List.of();
  }

  @Override
  public int chunk() {
    return Draws.images(options.batch(), options.samples());
  }

  @Override
  public double[][] measure(int first, int count, IntConsumer done) {
    int samples = options.samples();
    double[][] logWeights = new double[count][samples];
    long rows = (long) count * samples;
    for (long row = 0; row < rows; row += options.batch()) {
      int size = (int) Math.min(options.batch(), rows - row);
      Draws drawn = new Draws(first, row, size, samples);
      double[] weights = run(drawn);
      for (int i = 0; i < size; i++) {
        logWeights[drawn.image(i) - first][drawn.draw(i)] = weights[i];
      }
      done.accept((int) ((row + size) / samples));
    }
    double[][] terms = new double[TERMS.size()][count];
    for (int i = 0; i < count; i++) {
      for (double log : logWeights[i]) {
        terms[0][i] -= log / samples;
      }
      terms[1][i] = -ExactEstimator.logMeanExp(logWeights[i]) - terms[0][i];
    }
    return terms;
  }

  private double[] run(Draws rows) {
    try (ImageBatch fed = rows.of(images);
        TInt32 steps = TInt32.scalarOf(options.steps());
        TInt64 seed = TInt64.scalarOf(options.seed());
        TInt64 number = TInt64.scalarOf(rows.number());
        Result result =
            fed.feed(session.runner(), graph.images(), graph.conditions())
                .feed(graph.steps(), steps)
                .feed(graph.seed(), seed)
                .feed(graph.firstRow(), number)
                .fetch(graph.logWeights())
                .run()) {
      double[] weights = new double[rows.size()];
      result.get(0).asRawTensor().data().asDoubles().read(weights);
      return weights;
    }
  }
}
