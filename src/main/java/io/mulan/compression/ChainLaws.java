package io.mulan.compression;

import io.mulan.config.ImageShape;
import io.mulan.likelihood.NotIncreasingException;
import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import io.mulan.tf.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/**
 * The numbers of a model that images are coded with. Writing and reading ask for them in the same
 * batches and by the same runs, one for each kind of number, so that both see the same bits.
 *
 * @param steps T
 */
public record ChainLaws(GraphSession session, ChainGraph graph, ImageShape image, int steps) {

  /**
   * A link of the chain for each image and dimension [B n], as {@link
   * io.mulan.diffusion.ReverseProcess.Link} has it.
   */
  record Link(double[] ratio, double[] up, double[] down) {

    /**
     * One of several that lie one after the other.
     *
     * @throws NotIncreasingException if nothing is lost between the two
     */
    private static Link of(double[] all, int number, int size) {
      double[][] parts = new double[3][size];
      for (int part = 0; part < parts.length; part++) {
        System.arraycopy(all, (number * parts.length + part) * size, parts[part], 0, size);
      }
      for (int i = 0; i < size; i++) {
        if (!(parts[1][i] > 0 && parts[2][i] > 0)) {
          throw new NotIncreasingException(Math.min(parts[1][i], parts[2][i]));
        }
      }
      return new Link(parts[0], parts[1], parts[2]);
    }
  }

  /** A batch of images whose latents are known. */
  final class Given implements AutoCloseable {
    private final TFloat32 latent;
    private final int size;

    /** The links of some steps, the first of them {@code firstStep}. */
    private double[] links;

    private int firstStep = -1;

    /**
     * @param c of each image, followed by the conditions [B,m+k]
     */
    Given(float[] c, int batch) {
      latent = Tensors.of(Shape.of(batch, c.length / batch), c);
      size = batch * image.size();
    }

    /** The link of the signal and z_0. */
    Link first() {
      return Link.of(run(graph.first()), 0, size);
    }

    /** The link of step i, from 1 to T. */
    Link link(int step) {
      int start = (step - 1) / ChainGraph.LINKS * ChainGraph.LINKS + 1;
      if (start != firstStep) {
        links = at(start, graph.links());
        firstStep = start;
      }
      return Link.of(links, step - start, size);
    }

    /** The mean of p(z at time (i-1)/T given z at time i/T). */
    double[] mean(int step, double[] z) {
      try (TFloat64 now = Tensors.of(shape(latent.shape().get(0)), z);
          TInt32 i = TInt32.scalarOf(step);
          TInt32 all = TInt32.scalarOf(steps);
          Result result =
              session
                  .runner()
                  .feed(graph.latent(), latent)
                  .feed(graph.z(), now)
                  .feed(graph.step(), i)
                  .feed(graph.steps(), all)
                  .fetch(graph.mean())
                  .run()) {
        return Tensors.doubles((TFloat64) result.get(0));
      }
    }

    private double[] at(int step, Operand<TFloat64> what) {
      try (TInt32 i = TInt32.scalarOf(step);
          TInt32 all = TInt32.scalarOf(steps);
          Result result =
              session
                  .runner()
                  .feed(graph.latent(), latent)
                  .feed(graph.step(), i)
                  .feed(graph.steps(), all)
                  .fetch(what)
                  .run()) {
        return Tensors.doubles((TFloat64) result.get(0));
      }
    }

    private double[] run(Operand<TFloat64> what) {
      try (Result result = session.runner().feed(graph.latent(), latent).fetch(what).run()) {
        return Tensors.doubles((TFloat64) result.get(0));
      }
    }

    @Override
    public void close() {
      latent.close();
    }
  }

  Given given(float[] c, int batch) {
    return new Given(c, batch);
  }

  /** The natural parameters of q(c given x) [B,d]. */
  float[] natural(byte[] images, float[] conditions) {
    return ofImages(images, conditions, graph.natural());
  }

  /** KL(q(c given x) to p(c)) in nats [B]. */
  float[] kl(byte[] images, float[] conditions) {
    return ofImages(images, conditions, graph.kl());
  }

  private float[] ofImages(byte[] images, float[] conditions, Operand<TFloat32> what) {
    try (ImageBatch batch = ImageBatch.of(shape(images.length / image.size()), images, conditions);
        Result result =
            batch.feed(session.runner(), graph.images(), graph.conditions()).fetch(what).run()) {
      return Tensors.floats((TFloat32) result.get(0));
    }
  }

  private Shape shape(long batch) {
    return Shape.of(image.batch(batch));
  }
}
