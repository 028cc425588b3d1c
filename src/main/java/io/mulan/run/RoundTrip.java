package io.mulan.run;

import io.mulan.config.ImageShape;
import io.mulan.console.Countdown;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.flow.FlowSolver;
import io.mulan.numpy.NpyArray;
import io.mulan.sampling.FlowCodec;
import java.util.function.BiConsumer;
import org.tensorflow.types.TFloat32;

/**
 * Images that the probability flow carries to noise and back, batch by batch. They come as arrays
 * named {@code images}, {@code decoded} and {@code noise}.
 */
public final class RoundTrip {
  static final String DECODED = "decoded";

  private final ImageSet images;
  private final SamplingModel model;
  private final FlowCodec codec;
  private final BiConsumer<String, NpyArray> results;
  private int count;
  private double squares;
  private double largest;
  private long changed;
  private int batches;
  private long there;
  private long back;

  /**
   * How far what came back is from what went.
   *
   * @param count images
   * @param rootMeanSquare of the differences of z_0 before and after
   * @param largest of these
   * @param changed pixels that have another level
   * @param pixels of all images
   * @param there evaluations of the network for each batch, on the way to noise
   * @param back the same on the way back
   */
  public record Errors(
      int count,
      double rootMeanSquare,
      double largest,
      long changed,
      long pixels,
      double there,
      double back) {}

  /**
   * @param codec of the model
   * @param results takes each batch of an array [B,H,W,C] by its name
   */
  public RoundTrip(
      ImageSet images, SamplingModel model, FlowCodec codec, BiConsumer<String, NpyArray> results) {
    this.images = images;
    this.model = model;
    this.codec = codec;
    this.results = results;
  }

  /**
   * Carries all images there and back.
   *
   * @param batch images that are carried together
   * @throws io.mulan.console.Stopped if that was asked for; those that came back count
   */
  public void run(int batch, Terminal terminal) {
    Countdown countdown = new Countdown(terminal, "images", images.count(), 0);
    try {
      while (count < images.count()) {
        add(Math.min(batch, images.count() - count));
        countdown.at(count);
      }
    } finally {
      countdown.end();
    }
  }

  private void add(int some) {
    int first = count;
    byte[] pixels = images.copies(some, i -> first + i);
    float[] given = images.conditions(some, i -> first + i);
    try (TFloat32 latent = model.encodings().mostLikely(pixels, given)) {
      FlowCodec.Encoded encoded = codec.encode(pixels, latent);
      FlowSolver.End end = codec.decode(encoded.z1(), latent);
      for (int i = 0; i < end.z().length; i++) {
        double error = Math.abs(end.z()[i] - encoded.z0()[i]);
        squares += error * error;
        largest = Math.max(largest, error);
      }
      byte[] seen = model.sampler().mostLikely(end.z(), latent);
      for (int i = 0; i < seen.length; i++) {
        changed += pixels[i] == seen[i] ? 0 : 1;
      }
      ImageShape shape = images.shape();
      int[] all = {some, shape.height(), shape.width(), shape.channels()};
      results.accept("images", NpyArray.of(pixels, all));
      results.accept(DECODED, NpyArray.of(seen, all));
      results.accept("noise", NpyArray.of(encoded.z1(), all));
      there += encoded.evaluations();
      back += end.evaluations();
      batches++;
      count += some;
    }
  }

  /** Of the images that have come back. */
  public Errors errors() {
    long pixels = (long) count * images.shape().size();
    return new Errors(
        count,
        Math.sqrt(squares / pixels),
        largest,
        changed,
        pixels,
        (double) there / batches,
        (double) back / batches);
  }
}
