package io.mulan.likelihood;

import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.tf.GraphSession;
import java.util.List;
import java.util.function.IntConsumer;

/** The variational bound of each image. */
public final class BoundMeasurement implements Measurement {
  private final GraphSession session;
  private final BoundEstimator estimator;
  private final ImageSet images;
  private final int chunk;

  /**
   * @param batch draws in one run
   * @param timesPerImage K
   */
  public BoundMeasurement(
      GraphSession session,
      BoundGraph graph,
      int batch,
      int timesPerImage,
      long seed,
      ImageSet images) {
    this.session = session;
    this.estimator = new BoundEstimator(graph, batch, timesPerImage, seed);
    this.images = images;
    this.chunk = Draws.images(batch, timesPerImage);
  }

  /**
   * What the latent says about the images; null if there is none.
   *
   * @param betweenBatches called between batches, from which it may throw
   */
  public LatentUse latentUse(double kl, Runnable betweenBatches) {
    return estimator.latentUse(session, images, kl, betweenBatches);
  }

  @Override
  public List<String> terms() {
    return BoundTerms.NAMES;
  }

  @Override
  public List<String> extras() {
    return List.of();
  }

  @Override
  public int chunk() {
    return chunk;
  }

  @Override
  public double[][] measure(int first, int count, IntConsumer done) {
    return estimator.perImage(session, images, first, count, done);
  }
}
