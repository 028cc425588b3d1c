package io.mulan.results;

import io.mulan.config.ImageShape;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.numpy.NpyArray;
import io.mulan.run.SamplingModel;
import io.mulan.sampling.FlowCodec;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Images on the way from one to another, along a great circle in the noise that the probability
 * flow carries them to; all have the latent of the first.
 *
 * @param from number of the first image
 * @param to number of the second image
 * @param count images, with both ends
 * @param npz takes them
 */
public record Interpolation(ImageSet images, int from, int to, int count, GrowingNpz npz) {

  /**
   * Draws them.
   *
   * @param batch images that are drawn together
   * @throws io.mulan.console.Stopped if that was asked for
   */
  public void draw(SamplingModel model, FlowCodec codec, int batch) {
    byte[] ends = images.copies(2, i -> i == 0 ? from : to);
    float[] given = images.conditions(2, i -> i == 0 ? from : to);
    float[] own;
    try (TFloat32 latents = model.encodings().mostLikely(ends, given)) {
      own = Arrays.copyOf(Tensors.floats(latents), (int) latents.shape().get(1));
    }
    double[] noise;
    try (TFloat32 two = repeated(own, 2)) {
      noise = codec.encode(ends, two).z1();
    }
    for (int first = 0; first < count; first += Math.min(batch, count - first)) {
      draw(model, codec, own, noise, first, Math.min(batch, count - first));
    }
  }

  private void draw(
      SamplingModel model, FlowCodec codec, float[] own, double[] noise, int first, int some) {
    ImageShape shape = images.shape();
    int n = shape.size();
    double[] a = Arrays.copyOf(noise, n);
    double[] b = Arrays.copyOfRange(noise, n, 2 * n);
    double[] points = new double[shape.bytes(some)];
    for (int i = 0; i < some; i++) {
      double[] point = FlowCodec.between(a, b, (first + i) / (count - 1.0));
      System.arraycopy(point, 0, points, i * n, n);
    }
    try (TFloat32 latents = repeated(own, some)) {
      byte[] levels = model.sampler().mostLikely(codec.decode(points, latents).z(), latents);
      npz.add("images", NpyArray.of(levels, some, shape.height(), shape.width(), shape.channels()));
    }
  }

  /** The same latent for each image [count,m]. */
  private static TFloat32 repeated(float[] latent, int count) {
    float[] all = new float[count * latent.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(latent, 0, all, i * latent.length, latent.length);
    }
    return Tensors.of(Shape.of(count, latent.length), all);
  }
}
