package io.mulan.sampling;

import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import io.mulan.tf.Tensors;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Latents and flow starting points of images. */
public final class Encodings {
  private final GraphSession session;
  private final EncodingGraph graph;

  public Encodings(GraphSession session, EncodingGraph graph) {
    this.session = session;
    this.graph = graph;
  }

  /**
   * Draws of c ~ q(c|x), with the conditions next to them [B,m+k].
   *
   * @param images levels, one image after the other
   * @param conditions of the images [B,k]
   * @param first number of the first image
   */
  public TFloat32 draw(byte[] images, float[] conditions, long seed, int first) {
    try (ImageBatch batch = batch(images, conditions);
        TInt64 s = TInt64.scalarOf(seed);
        TInt64 row = TInt64.scalarOf(first);
        Result result =
            fed(batch)
                .feed(graph.seed(), s)
                .feed(graph.firstRow(), row)
                .fetch(graph.drawn())
                .run()) {
      return Tensors.copy((TFloat32) result.get(0));
    }
  }

  /**
   * The most likely latents, with the conditions next to them [B,m+k].
   *
   * @param images levels, one image after the other
   * @param conditions of the images [B,k]
   */
  public TFloat32 mostLikely(byte[] images, float[] conditions) {
    try (ImageBatch batch = batch(images, conditions);
        Result result = fed(batch).fetch(graph.latent()).run()) {
      return Tensors.copy((TFloat32) result.get(0));
    }
  }

  /**
   * E[c|x] [B,m].
   *
   * @param images levels, one image after the other
   * @param conditions of the images [B,k]
   */
  public float[] mean(byte[] images, float[] conditions) {
    try (ImageBatch batch = batch(images, conditions);
        Result result = fed(batch).fetch(graph.mean()).run()) {
      return Tensors.floats((TFloat32) result.get(0));
    }
  }

  /** z_0 of the images, one after the other, for these latents [B,m+k]. */
  double[] z0(byte[] images, TFloat32 latent) {
    try (TUint8 pixels = Tensors.of(shape(images), images);
        Result result =
            session
                .runner()
                .feed(graph.images(), pixels)
                .feed(graph.latent(), latent)
                .fetch(graph.z0())
                .run()) {
      return Tensors.doubles((TFloat64) result.get(0));
    }
  }

  private ImageBatch batch(byte[] levels, float[] given) {
    return ImageBatch.of(shape(levels), levels, given);
  }

  private GraphSession.Runner fed(ImageBatch batch) {
    return batch.feed(session.runner(), graph.images(), graph.conditions());
  }

  private Shape shape(byte[] levels) {
    Shape image = graph.images().shape();
    long size = image.get(1) * image.get(2) * image.get(3);
    return Shape.of(levels.length / size, image.get(1), image.get(2), image.get(3));
  }
}
