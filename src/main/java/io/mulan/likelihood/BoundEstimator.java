package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * Measures the bound: for each image, K times spread evenly over [0,1) from a start of its own,
 * each with fresh latent and noise. The same seed gives the same figures.
 */
public final class BoundEstimator {
  private final BoundGraph graph;
  private final int batch;
  private final int timesPerImage;
  private final long seed;

  /**
   * @param batch images in one run
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
   * The bound on these images.
   *
   * @param onBatch told after each batch how many images are done
   */
  public BoundEstimate estimate(Session session, ImageSet images, IntConsumer onBatch) {
    double[] starts = new SplittableRandom(seed).doubles(images.count()).toArray();
    double[][] nats = new double[BoundTerms.NAMES.size()][images.count()];
    for (int first = 0; first < images.count(); first += batch) {
      int count = Math.min(batch, images.count() - first);
      try (TUint8 pixels = batch(images, first, count)) {
        for (int k = 0; k < timesPerImage; k++) {
          double shift = (double) k / timesPerImage;
          long draw = (long) (first / batch) * timesPerImage + k;
          add(session, pixels, starts, shift, first, draw, nats);
        }
      }
      onBatch.accept(first + count);
    }
    return BoundEstimate.of(nats, images.shape().size(), timesPerImage);
  }

  private static TUint8 batch(ImageSet images, int first, int count) {
    ImageShape shape = images.shape();
    byte[] bytes = new byte[count * shape.size()];
    for (int i = 0; i < count; i++) {
      images.copy(first + i, bytes, i * shape.size());
    }
    TUint8 tensor =
        TUint8.tensorOf(Shape.of(count, shape.height(), shape.width(), shape.channels()));
    tensor.asRawTensor().data().write(bytes);
    return tensor;
  }

  /** One draw for each image of a batch, added to the means. */
  private void add(
      Session session,
      TUint8 pixels,
      double[] starts,
      double shift,
      int first,
      long draw,
      double[][] nats) {
    int count = (int) pixels.shape().get(0);
    try (TFloat32 times = TFloat32.tensorOf(Shape.of(count));
        TInt64 s = TInt64.scalarOf(seed);
        TInt64 d = TInt64.scalarOf(draw)) {
      for (int i = 0; i < count; i++) {
        times.setFloat((float) ((starts[first + i] + shift) % 1.0), i);
      }
      try (Result result =
          session
              .runner()
              .feed(graph.images(), pixels)
              .feed(graph.times(), times)
              .feed(graph.seed(), s)
              .feed(graph.draw(), d)
              .fetch(graph.terms())
              .run()) {
        TFloat32 terms = (TFloat32) result.get(0);
        for (int k = 0; k < nats.length; k++) {
          for (int i = 0; i < count; i++) {
            nats[k][first + i] += terms.getFloat(k, i) / timesPerImage;
          }
        }
      }
    }
  }
}
