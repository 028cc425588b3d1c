package io.mulan.cli;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.likelihood.BoundEstimator;
import io.mulan.likelihood.BoundGraph;
import io.mulan.nn.Weights;
import io.mulan.sampling.EncodingGraph;
import io.mulan.sampling.Encodings;
import io.mulan.tf.GraphPart;
import io.mulan.tf.ImageBatch;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.OrderedSums;
import io.mulan.tf.Tensors;
import io.mulan.training.TrainedModel;
import java.util.function.IntConsumer;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** The noise that a trained model has learned for some images: γ and its rate at any time. */
final class LearnedSchedule implements AutoCloseable {
  private final TrainedModel<Parts> model;
  private final ImageSet images;
  private final int batch;
  private final TFloat32 latents;

  /** γ and dγ/dt at one time, for given latents [B,H,W,C]; and the bound. */
  private record Parts(
      EncodingGraph encoding,
      Operand<TFloat64> time,
      Operand<TFloat64> gamma,
      Operand<TFloat64> rate,
      BoundGraph bound)
      implements GraphPart<Parts> {

    static Parts of(Maths<TFloat32> m, DiffusionModel diffusion, Weights<TFloat32> weights) {
      EncodingGraph encoding = EncodingGraph.build(m, diffusion, weights);
      Operand<TFloat64> time = Inputs.of(m.ops(), "time", TFloat64.class);
      ReverseProcess<TFloat32> reverse = diffusion.reverse(m, weights, encoding.latent());
      return new Parts(
          encoding,
          time,
          reverse.gamma(time),
          reverse.rate(time),
          BoundGraph.build(m, diffusion, weights));
    }

    @Override
    public Parts in(OrderedSums copy) {
      return new Parts(
          encoding.in(copy), copy.of(time), copy.of(gamma), copy.of(rate), bound.in(copy));
    }
  }

  /**
   * γ and dγ/dt of the images at one time, one image after the other.
   *
   * @param t from 0, the image, to 1, noise
   */
  record At(double t, double[] gamma, double[] rate) {}

  /** That of a run for the most likely latents of these images. */
  LearnedSchedule(TrainedRun run, ImageSet images) {
    this.images = images;
    this.batch = run.config().training().batch();
    this.model = run.open(Parts::of);
    int count = images.count();
    this.latents =
        new Encodings(model.session(), model.parts().encoding())
            .mostLikely(images.copies(count, i -> i), images.conditions(count, i -> i));
  }

  ImageSet images() {
    return images;
  }

  /** E[c|x] of each image [count][m]. */
  double[][] meanLatents() {
    BoundGraph bound = model.parts().bound();
    int count = images.count();
    try (ImageBatch fed =
            ImageBatch.of(
                Shape.of(count, shape().height(), shape().width(), shape().channels()),
                images.copies(count, i -> i),
                images.conditions(count, i -> i));
        Result result =
            fed.feed(model.session().runner(), bound.images(), bound.conditions())
                .fetch(bound.latents().mean())
                .run()) {
      float[] means = Tensors.floats((TFloat32) result.get(0));
      int size = means.length / count;
      double[][] rows = new double[count][size];
      for (int i = 0; i < means.length; i++) {
        rows[i / size][i % size] = means[i];
      }
      return rows;
    }
  }

  private ImageShape shape() {
    return images.shape();
  }

  At at(double t) {
    Parts parts = model.parts();
    try (TFloat64 time = TFloat64.scalarOf(t);
        Result result =
            model
                .session()
                .runner()
                .feed(parts.encoding().latent(), latents)
                .feed(parts.time(), time)
                .fetch(parts.gamma())
                .fetch(parts.rate())
                .run()) {
      return new At(
          t, Tensors.doubles((TFloat64) result.get(0)), Tensors.doubles((TFloat64) result.get(1)));
    }
  }

  /** As {@link BoundEstimator#integrand}, with K times for each image. */
  double[][] integrand(int timesPerImage, IntConsumer onBatch) {
    return new BoundEstimator(model.parts().bound(), batch, timesPerImage, 0)
        .integrand(model.session(), images, onBatch);
  }

  @Override
  public void close() {
    latents.close();
    model.close();
  }
}
