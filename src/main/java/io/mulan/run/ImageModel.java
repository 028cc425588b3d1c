package io.mulan.run;

import io.mulan.cluster.Workers;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.console.Terminal;
import io.mulan.data.Datasets;
import io.mulan.data.ImageFiles;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.likelihood.Estimate;
import io.mulan.likelihood.Measurement;
import io.mulan.sampling.DenoisingGraph;
import io.mulan.sampling.EncodingGraph;
import io.mulan.sampling.Encodings;
import io.mulan.sampling.FlowCodec;
import io.mulan.sampling.Sampler;
import io.mulan.tf.Tensors;
import io.mulan.training.TrainedModel;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * A trained model: scores images, samples, reconstructs and denoises.
 *
 * <pre>{@code
 * try (ImageModel model = ImageModel.open(Path.of("savedmodels/digits/1"))) {
 *   System.out.println(model.score(model.testImages()).total().text()); // 1.7301 ± 0.0135
 *   byte[] samples = model.sample(16, 128, 0).toArray().data(); // 16 images, one after the other
 * }
 * }</pre>
 *
 * <p>Images are levels 0 to V - 1, one unsigned byte each, [count,H,W,C]. The first call of a kind
 * builds the network, which takes seconds, and keeps it: later calls only compute. The same call
 * gives the same result, to the bit on one CPU. For one thread at a time.
 */
public final class ImageModel implements AutoCloseable {
  private final TrainedRun run;
  private final Map<LikelihoodMethod, LikelihoodModel> likelihoods = new HashMap<>();
  private final Map<Sampler, SamplingModel> samplers = new HashMap<>();

  /** Null before it is asked for. */
  private Denoising denoising;

  private ImageModel(TrainedRun run) {
    this.run = run;
  }

  /**
   * Opens the newest checkpoint of a run, or an exported model.
   *
   * @param folder a run's, or that of one version of an exported model
   * @throws ConfigException if the folder is neither
   * @throws io.mulan.tf.CheckpointException if the run has no checkpoint yet, or the model cannot
   *     be read
   */
  public static ImageModel open(Path folder) {
    return new ImageModel(TrainedRun.newest(folder));
  }

  /**
   * Opens another checkpoint, such as {@link TrainedRun#best}.
   *
   * @param run closed with this model
   */
  public static ImageModel open(TrainedRun run) {
    return new ImageModel(run);
  }

  /** The settings that it was trained with. */
  public RunConfig config() {
    return run.config();
  }

  /** How many steps it was trained. */
  public long step() {
    return run.step();
  }

  /** Height, width and channels of its images. */
  public ImageShape shape() {
    return run.image();
  }

  /**
   * Images for this model.
   *
   * @param levels [count,H,W,C], copied
   * @throws ConfigException if it is not a whole number of images, or a level is too high
   */
  public ImageSet images(byte[] levels) {
    return new ImageSet("images", shape(), data().levels(), levels);
  }

  /**
   * Images for this model from a picture, a folder of pictures, or an array of NumPy.
   *
   * @throws ConfigException if they cannot be read as images of this model
   */
  public ImageSet images(Path path) {
    return ImageFiles.read(path, shape(), data());
  }

  /**
   * The test images of the data that it was trained with.
   *
   * @throws ConfigException if the data cannot be read
   */
  public ImageSet testImages() {
    return Datasets.open(data()).test();
  }

  /**
   * Likelihoods of images.
   *
   * @param bitsPerDim of each image: -log2 p(x) / (H W C), or an upper bound on it [count]
   * @param terms means over the images of the parts that a figure is the sum of
   * @param total their sum: mean over the images, with its standard error
   * @param how it was computed, in words
   */
  public record Scores(
      double[] bitsPerDim, Map<String, Estimate> terms, Estimate total, String how) {}

  /** Scores images by the variational bound, at 128 times for each image. */
  public Scores score(ImageSet images) {
    return score(images, LikelihoodMethod.bound());
  }

  /**
   * Scores images.
   *
   * @param images of this model's shape and levels; with classes, where it is conditioned on them
   * @throws ConfigException if they are other images
   * @throws io.mulan.flow.FlowSolver.FlowException if the probability flow cannot be solved
   */
  public Scores score(ImageSet images, LikelihoodMethod method) {
    ImageSet fitting = fitting(images);
    LikelihoodModel model =
        likelihoods.computeIfAbsent(
            method, m -> LikelihoodModel.open(m.prepare(run), m, () -> false));
    Measurement measurement = model.of(fitting);
    List<String> names = measurement.terms();
    int count = fitting.count();
    int chunk = measurement.chunk();
    double[][] nats = new double[names.size()][count];
    for (int first = 0; first < count; first += chunk) {
      int some = Math.min(chunk, count - first);
      double[][] values = measurement.measure(first, some, done -> {});
      for (int k = 0; k < nats.length; k++) {
        System.arraycopy(values[k], 0, nats[k], first, some);
      }
    }
    return scores(names, nats, model.how());
  }

  private Scores scores(List<String> names, double[][] nats, String how) {
    int dimensions = shape().size();
    Map<String, Estimate> terms = new LinkedHashMap<>();
    double[] total = new double[nats[0].length];
    for (int k = 0; k < nats.length; k++) {
      terms.put(names.get(k), Estimate.of(nats[k], dimensions));
      for (int i = 0; i < total.length; i++) {
        total[i] += nats[k][i];
      }
    }
    double[] bits = Arrays.stream(total).map(v -> v / (dimensions * Math.log(2))).toArray();
    return new Scores(bits, terms, Estimate.of(total, dimensions), how);
  }

  /**
   * Draws images by the reverse chain, of all classes in turn where the model is conditioned on
   * them.
   *
   * @param steps T of the chain
   * @param seed 0 to 2^31 - 1; the first images are the same for any count
   * @throws ConfigException if a number is outside of what is allowed
   */
  public ImageSet sample(int count, int steps, long seed) {
    return sample(SamplingPlan.few(count, steps, seed, config()));
  }

  /**
   * Draws images.
   *
   * @throws io.mulan.flow.FlowSolver.FlowException if the probability flow cannot be solved
   */
  public ImageSet sample(SamplingPlan plan) {
    return new SampleBatches(run, plan, Workers.alone(), Terminal.none())
        .few(sampling(plan.sampler()).drawing(plan), SampleBatches.Latents.prior(run, plan));
  }

  /** Carries images to noise and back, with tolerances of 1e-5. */
  public ImageSet reconstruct(ImageSet images) {
    return reconstruct(images, Tolerance.DEFAULT);
  }

  /**
   * Carries images to noise and back along the probability flow, with the most likely latent of
   * each. What comes back differs by the solver's error alone.
   *
   * @param images of this model's shape and levels; with classes, where it is conditioned on them
   * @param tolerance of the solver
   * @throws ConfigException if they are other images
   * @throws io.mulan.flow.FlowSolver.FlowException if the probability flow cannot be solved
   */
  public ImageSet reconstruct(ImageSet images, Tolerance tolerance) {
    ImageSet fitting = fitting(images);
    SamplingModel model = sampling(Sampler.ANCESTRAL);
    FlowCodec codec = model.codec(tolerance, () -> false);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    new RoundTrip(
            fitting,
            model,
            codec,
            (name, values) -> {
              if (name.equals(RoundTrip.DECODED)) {
                decoded.writeBytes(values.toBytes());
              }
            })
        .run(config().training().batch(), Terminal.none());
    return new ImageSet("decoded", shape(), data().levels(), decoded.toByteArray());
  }

  /**
   * The most likely latents of images, with the conditions next to them.
   *
   * @param images of this model's shape and levels; with classes, where it is conditioned on them
   * @return c of each image [count,m+k]; zeros [count,1+k] for a model without a latent
   * @throws ConfigException if they are other images
   */
  public float[] latents(ImageSet images) {
    ImageSet fitting = fitting(images);
    int count = fitting.count();
    byte[] levels = fitting.copies(count, i -> i);
    float[] conditions = fitting.conditions(count, i -> i);
    Denoising model = denoising();
    try (TFloat32 latents = model.encodings().mostLikely(levels, conditions)) {
      return Tensors.floats(latents);
    }
  }

  /**
   * What the network makes of noisy signals, all [count,H,W,C].
   *
   * @param signal x̂, the estimate of f, from -1 to 1 where it is good
   * @param noise ε̂, the estimate of ε: z = α x̂ + σ ε̂
   * @param gamma γ(c,t) of each pixel: α² = 1 / (1 + e^γ), σ² = 1 - α²
   */
  public record Denoised(double[] signal, double[] noise, double[] gamma) {}

  /**
   * Denoises signals, for samplers of one's own. All are computed together.
   *
   * @param z α f + σ ε, where f is (2 level + 1) / V - 1 [count,H,W,C]
   * @param t from 0 (image) to 1 (noise)
   * @param latents c of each, such as {@link #latents} gives them [count,m+k]
   * @throws ConfigException if the arrays have other lengths, or t is not from 0 to 1
   */
  public Denoised denoise(double[] z, double t, float[] latents) {
    Denoising model = denoising();
    int count = z.length / shape().size();
    long width = model.graph().latents().shape().get(1);
    if (count == 0 || z.length % shape().size() != 0 || latents.length != count * width) {
      throw new ConfigException(
          "z has %d numbers and latents %d; each signal of %s needs %d and %d"
              .formatted(z.length, latents.length, shape(), shape().size(), width));
    }
    if (!(t >= 0 && t <= 1)) {
      throw new ConfigException("t is " + t + "; allowed is 0 to 1");
    }
    return model.denoise(Shape.of(shape().batch(count)), z, t, latents);
  }

  /** A graph for signals, and one for the latents of images. */
  private record Denoising(TrainedModel<Parts> model) {
    private record Parts(EncodingGraph encoding, DenoisingGraph denoising) {}

    static Denoising open(TrainedRun run) {
      return new Denoising(
          run.open(
              (m, diffusion, weights) ->
                  new Parts(
                      EncodingGraph.build(m, diffusion, weights),
                      DenoisingGraph.build(m, diffusion, weights))));
    }

    DenoisingGraph graph() {
      return model.parts().denoising();
    }

    Encodings encodings() {
      return new Encodings(model.session(), model.parts().encoding());
    }

    Denoised denoise(Shape shape, double[] z, double t, float[] latents) {
      Shape rows = Shape.of(shape.get(0), latents.length / shape.get(0));
      try (TFloat64 signals = Tensors.of(shape, z);
          TFloat64 time = TFloat64.scalarOf(t);
          TFloat32 c = Tensors.of(rows, latents);
          Result result =
              model
                  .session()
                  .runner()
                  .feed(graph().z(), signals)
                  .feed(graph().time(), time)
                  .feed(graph().latents(), c)
                  .fetch(graph().signal())
                  .fetch(graph().noise())
                  .fetch(graph().gamma())
                  .run()) {
        return new Denoised(values(result, 0), values(result, 1), values(result, 2));
      }
    }

    private static double[] values(Result result, int index) {
      return Tensors.doubles((TFloat64) result.get(index));
    }
  }

  private Denoising denoising() {
    if (denoising == null) {
      denoising = Denoising.open(run);
    }
    return denoising;
  }

  private SamplingModel sampling(Sampler sampler) {
    return samplers.computeIfAbsent(sampler, s -> SamplingModel.open(run, s));
  }

  private ImageSet fitting(ImageSet images) {
    if (!images.shape().equals(shape()) || images.levels() != data().levels()) {
      throw new ConfigException(
          "%s: images of %s with %d levels; the model's are %s with %d levels"
              .formatted(images.name(), images.shape(), images.levels(), shape(), data().levels()));
    }
    return images.conditioned(data()).requireClasses();
  }

  private DataConfig data() {
    return config().data();
  }

  /** Closes the networks, and lets a training that resumes remove the checkpoint. */
  @Override
  public void close() {
    likelihoods.values().forEach(LikelihoodModel::close);
    samplers.values().forEach(SamplingModel::close);
    if (denoising != null) {
      denoising.model().close();
    }
    run.close();
  }
}
