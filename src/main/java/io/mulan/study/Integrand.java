package io.mulan.study;

import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.likelihood.Batches;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.Draws;
import io.mulan.likelihood.Estimate;
import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;

/**
 * The diffusion term of the bound before it is integrated over t: ½ Σ γ'(t) (ε - ε̂)², in intervals
 * of equal length. Its mean over all of them is the term.
 *
 * @param nats mean in each interval, for each image: per unit of t [intervals][images]
 */
record Integrand(double[][] nats) {
  private static final int DIFFUSION = BoundTerms.NAMES.indexOf("diffusion");

  /**
   * Measures it, each image as often in each interval.
   *
   * @param graph of a model in continuous time, whose times are not chosen by importance
   * @param batch draws in one run
   * @param draws of an image in an interval
   * @param seed of times and noise
   * @param done called after each batch with the number of images done
   */
  static Integrand of(
      GraphSession session,
      BoundGraph graph,
      ImageSet images,
      int batch,
      int intervals,
      int draws,
      long seed,
      IntConsumer done) {
    int perImage = intervals * draws;
    double[][] nats = new double[intervals][images.count()];
    long rows = (long) images.count() * perImage;
    for (long row = 0; row < rows; row += batch) {
      Draws drawn = new Draws(0, row, (int) Math.min(batch, rows - row), perImage);
      try (ImageBatch fed = Batches.of(images, drawn.size(), drawn::image);
          Result result =
              graph.run(
                  session, fed, drawn, perImage, seed, List.of(graph.times(), graph.terms()))) {
        TFloat32 times = (TFloat32) result.get(0);
        TFloat32 terms = (TFloat32) result.get(1);
        for (int i = 0; i < drawn.size(); i++) {
          // Times are in [0,1), but a product with the number of intervals may be rounded up to it.
          int interval = Math.min((int) (times.getFloat(i) * intervals), intervals - 1);
          nats[interval][drawn.image(i)] += terms.getFloat(DIFFUSION, i) / draws;
        }
      }
      done.accept((int) ((row + drawn.size()) / perImage));
    }
    return new Integrand(nats);
  }

  /** The middle of each interval. */
  double[] times() {
    return IntStream.range(0, nats.length).mapToDouble(i -> (i + 0.5) / nats.length).toArray();
  }

  /**
   * Bits/dim per unit of t in each interval, with standard errors over images.
   *
   * @param dimensions n of an image
   * @param taken which images count
   */
  Estimate[] figures(int dimensions, IntPredicate taken) {
    int[] images = IntStream.range(0, nats[0].length).filter(taken).toArray();
    return Arrays.stream(nats)
        .map(
            all -> Estimate.of(IntStream.of(images).mapToDouble(i -> all[i]).toArray(), dimensions))
        .toArray(Estimate[]::new);
  }
}
