package io.mulan.results;

import io.mulan.config.ImageShape;
import io.mulan.console.Terminal;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.drawing.Pictures;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.numpy.NpyArray;
import io.mulan.run.ChosenImages;
import io.mulan.run.Provenance;
import io.mulan.run.SamplingModel;
import io.mulan.run.TrainedRun;
import io.mulan.sampling.FlowCodec;
import io.mulan.sampling.Sampler;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Images on the way from one to another, along the arc between the noises that the probability flow
 * carries them to, in files.
 *
 * <p>Both are encoded with the latent and the class of the first, and so is everything decoded: for
 * any one latent the flow is a one-to-one map, so that the ends come out as they went in.
 *
 * @param from number of the first image
 * @param to number of the second image
 * @param count images, with both ends
 * @param lines takes each line about the results
 */
public record Interpolation(
    TrainedRun run,
    ChosenImages choice,
    int from,
    int to,
    int count,
    Tolerance tolerance,
    OutFolder out,
    Terminal terminal,
    Consumer<String> lines) {
  public static final String JSON = "interpolate.json";

  private static final Logger LOG = LogManager.getLogger(Interpolation.class);
  private static final String NPZ = "interpolation.npz";
  private static final String GRID = "grid.png";
  private static final String IMAGES = "images";

  /**
   * Draws the images and writes the files.
   *
   * @throws io.mulan.console.Stopped if that was asked for; nothing is written then
   */
  public void write() {
    out.requireWritable();
    LOG.info("building the model...");
    try (SamplingModel model = SamplingModel.open(run, Sampler.HEUN);
        GrowingNpz npz = new GrowingNpz(out.resolve(NPZ))) {
      terminal.watch("stopping");
      draw(model, npz);
      write(npz);
    }
  }

  private void write(GrowingNpz npz) {
    out.clear(GRID);
    npz.write();
    Provenance.of(
            run,
            Provenance.settings(
                "images",
                choice.description(),
                "from",
                from,
                "to",
                to,
                "count",
                count,
                "rtol",
                tolerance.relative(),
                "atol",
                tolerance.absolute()))
        .write(out.resolve(JSON));
    lines.accept(count + " images from " + from + " to " + to + " of " + choice.description());
    ImageSet between = npz.images(IMAGES, "between", choice.images().levels());
    boolean shown = Pictures.shows(between.shape());
    if (shown) {
      Pictures.rows(out.resolve(GRID), List.of(between), List.of(from + " to " + to));
    }
    lines.accept(out.written(shown ? GRID : "", NPZ, JSON));
  }

  private void draw(SamplingModel model, GrowingNpz npz) {
    FlowCodec codec = model.codec(tolerance, terminal::asked);
    ImageSet images = choice.images();
    int batch = run.config().training().batch();
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
    for (int first = 0; first < count; first += batch) {
      int some = Math.min(batch, count - first);
      double[] points = points(noise, first, some);
      try (TFloat32 latents = repeated(own, some)) {
        byte[] levels = model.sampler().mostLikely(codec.decode(points, latents).z(), latents);
        ImageShape shape = images.shape();
        npz.add(IMAGES, NpyArray.of(levels, some, shape.height(), shape.width(), shape.channels()));
      }
    }
  }

  /** Some of the points between two noises that follow one another in an array. */
  private double[] points(double[] noise, int first, int some) {
    int n = noise.length / 2;
    double[] a = Arrays.copyOf(noise, n);
    double[] b = Arrays.copyOfRange(noise, n, 2 * n);
    double[] points = new double[some * n];
    for (int i = 0; i < some; i++) {
      double[] point = FlowCodec.between(a, b, (first + i) / (count - 1.0));
      System.arraycopy(point, 0, points, i * n, n);
    }
    return points;
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
