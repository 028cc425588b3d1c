package io.mulan.likelihood;

import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Measures the bound: for each image, K times spread evenly over [0,1) from a start of its own,
 * each with fresh latent and noise. What an image gets is a function of the seed, of K and of its
 * number alone.
 */
public final class BoundEstimator {
  private final BoundGraph graph;
  private final int batch;
  private final int timesPerImage;
  private final long seed;

  /**
   * @param batch draws in one run
   * @param timesPerImage K
   * @param seed of times and noise, from 0 to 2^31 - 1
   */
  public BoundEstimator(BoundGraph graph, int batch, int timesPerImage, long seed) {
    this.graph = graph;
    this.batch = batch;
    this.timesPerImage = timesPerImage;
    this.seed = seed;
  }

  /**
   * The bound on images whose terms have been measured.
   *
   * @param nats as {@link #perImage} gives them, of all images
   * @param betweenBatches called between batches, from which it may throw
   */
  public BoundEstimate estimate(
      GraphSession session, ImageSet images, double[][] nats, Runnable betweenBatches) {
    double kl = Arrays.stream(nats[BoundTerms.NAMES.indexOf("latent")]).sum() / images.count();
    LatentUse latent = latentUse(session, images, kl, betweenBatches);
    return BoundEstimate.of(nats, images.shape().size(), timesPerImage, latent);
  }

  /**
   * What the latent says about these images, or about {@link LatentUse#MOST_IMAGES} of them, by a
   * draw for each; null if there is no latent.
   *
   * @param kl mean KL(q(c|x) ‖ p(c)) over all images, nats
   * @param betweenBatches called between batches, from which it may throw
   */
  LatentUse latentUse(GraphSession session, ImageSet images, double kl, Runnable betweenBatches) {
    LatentUse.Collector latents = new LatentUse.Collector(graph.latents().priorVariance());
    if (graph.latents().priorVariance() == 0) {
      return latents.use(kl);
    }
    ImageSet some = images.spread(LatentUse.MOST_IMAGES);
    for (int first = 0; first < some.count(); first += batch) {
      betweenBatches.run();
      int count = Math.min(batch, some.count() - first);
      try (ImageBatch fed = Draws.each(first, count).of(some);
          TInt64 s = TInt64.scalarOf(seed);
          TInt64 number = TInt64.scalarOf(first)) {
        GraphSession.Runner runner =
            fed.feed(session.runner(), graph.images(), graph.conditions())
                .feed(graph.seed(), s)
                .feed(graph.firstRow(), number);
        graph.latents().all().forEach(runner::fetch);
        try (Result result = runner.run()) {
          latents.add(result, count);
        }
      }
    }
    return latents.use(kl);
  }

  /**
   * The terms of each image from {@code first} on, means over its draws, in nats: [terms][count].
   */
  public double[][] perImage(
      GraphSession session, ImageSet images, int first, int count, IntConsumer onBatch) {
    double[][] nats = new double[BoundTerms.NAMES.size()][count];
    long rows = (long) count * timesPerImage;
    for (long row = 0; row < rows; row += batch) {
      int size = (int) Math.min(batch, rows - row);
      Draws drawn = new Draws(first, row, size, timesPerImage);
      try (ImageBatch fed = drawn.of(images);
          Result result =
              graph.run(
                  session,
                  fed,
                  drawn,
                  timesPerImage,
                  seed,
                  List.of(graph.terms(), graph.slowest()))) {
        add(result, drawn, first, nats);
      }
      onBatch.accept((int) ((row + size) / timesPerImage));
    }
    return nats;
  }

  /**
   * Adds a draw to the means.
   *
   * @throws NotIncreasingException if γ does not increase somewhere
   */
  private void add(Result result, Draws rows, int first, double[][] nats) {
    TFloat32 terms = (TFloat32) result.get(0);
    TFloat32 slowest = (TFloat32) result.get(1);
    for (int i = 0; i < rows.size(); i++) {
      if (slowest.getFloat(i) <= 0) {
        throw new NotIncreasingException(slowest.getFloat(i));
      }
      for (int k = 0; k < nats.length; k++) {
        nats[k][rows.image(i) - first] += terms.getFloat(k, i) / timesPerImage;
      }
    }
  }
}
