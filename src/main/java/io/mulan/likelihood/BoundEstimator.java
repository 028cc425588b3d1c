package io.mulan.likelihood;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
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
    LatentUse.Collector latents = new LatentUse.Collector(graph.latents().priorVariance());
    double[][] nats = perImage(session, images, latents, onBatch);
    return BoundEstimate.of(nats, images.shape().size(), timesPerImage, latents);
  }

  /**
   * The terms of each image, means over its draws, in nats: [terms][images].
   *
   * @param latents is told what was drawn
   */
  public double[][] perImage(
      Session session, ImageSet images, LatentUse.Collector latents, IntConsumer onBatch) {
    double[] starts = new SplittableRandom(seed).doubles(images.count()).toArray();
    double[][] nats = new double[BoundTerms.NAMES.size()][images.count()];
    for (int first = 0; first < images.count(); first += batch) {
      int count = Math.min(batch, images.count() - first);
      try (TUint8 pixels = batch(images, first, count)) {
        for (int k = 0; k < timesPerImage; k++) {
          double shift = (double) k / timesPerImage;
          long draw = (long) (first / batch) * timesPerImage + k;
          boolean withLatents = k == 0 && graph.latents().priorVariance() > 0;
          try (Result result = run(session, pixels, starts, shift, first, draw, withLatents)) {
            add((TFloat32) result.get(0), (TFloat32) result.get(1), first, nats);
            if (withLatents) {
              addLatents(result, latents);
            }
          }
        }
      }
      onBatch.accept(first + count);
    }
    return nats;
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

  /** One draw for each image of a batch. */
  private Result run(
      Session session,
      TUint8 pixels,
      double[] starts,
      double shift,
      int first,
      long draw,
      boolean withLatents) {
    int count = (int) pixels.shape().get(0);
    try (TFloat32 times = TFloat32.tensorOf(Shape.of(count));
        TInt64 s = TInt64.scalarOf(seed);
        TInt64 d = TInt64.scalarOf(draw)) {
      for (int i = 0; i < count; i++) {
        times.setFloat((float) ((starts[first + i] + shift) % 1.0), i);
      }
      Session.Runner runner =
          session
              .runner()
              .feed(graph.images(), pixels)
              .feed(graph.times(), times)
              .feed(graph.seed(), s)
              .feed(graph.draw(), d)
              .fetch(graph.terms())
              .fetch(graph.slowest());
      if (withLatents) {
        graph.latents().all().forEach(runner::fetch);
      }
      return runner.run();
    }
  }

  /**
   * Adds a draw to the means.
   *
   * @throws NotIncreasingException if γ does not increase somewhere
   */
  private void add(TFloat32 terms, TFloat32 slowest, int first, double[][] nats) {
    int count = (int) slowest.size();
    for (int i = 0; i < count; i++) {
      if (slowest.getFloat(i) <= 0) {
        throw new NotIncreasingException(slowest.getFloat(i));
      }
      for (int k = 0; k < nats.length; k++) {
        nats[k][first + i] += terms.getFloat(k, i) / timesPerImage;
      }
    }
  }

  private static void addLatents(Result result, LatentUse.Collector latents) {
    TFloat32 logPartition = (TFloat32) result.get(4);
    for (int i = 0; i < logPartition.size(); i++) {
      latents.add(
          row(result.get(2), i),
          row(result.get(3), i),
          logPartition.getFloat(i),
          row(result.get(5), i));
    }
  }

  private static float[] row(Tensor matrix, int index) {
    int width = (int) matrix.shape().get(1);
    float[] row = new float[width];
    matrix.asRawTensor().data().asFloats().offset((long) index * width).read(row);
    return row;
  }
}
