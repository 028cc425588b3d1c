package io.mulan.cli;

import io.mulan.config.ConfigException;
import io.mulan.data.ImageSet;
import io.mulan.data.NpyArray;
import io.mulan.data.Npz;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.Tolerance;
import io.mulan.sampling.FlowCodec;
import io.mulan.sampling.Sampler;
import io.mulan.tf.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * {@code mulan interpolate}: images between two, along the arc between their noises.
 *
 * <p>Both are encoded with the latent and the class of the first, and so is everything decoded: for
 * any one latent the flow is a one-to-one map, so that the ends come out as they went in.
 */
final class InterpolateCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(InterpolateCommand.class);
  private static final int COUNT = 9;

  @Override
  public String name() {
    return "interpolate";
  }

  @Override
  public String summary() {
    return "images between two, through the noise of the probability flow";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN");
  }

  @Override
  public String examples() {
    return """
          mulan interpolate runs/digits                              from test image 0 to test image 1
          mulan interpolate runs/digits --from 5 --to 12 --count 15  more on the way
          mulan interpolate runs/digits --images DIR                 between the first two pictures there
        """;
  }

  @Override
  public Options options() {
    return FlowOptions.of(
        ImageChoice.options(TrainedRun.options(new Options()))
            .addOption(ConfigOptions.withValue("from", "I", "number of the first image (0)"))
            .addOption(ConfigOptions.withValue("to", "J", "number of the second image (1)"))
            .addOption(ConfigOptions.withValue("count", "N", "images, with both ends (9)")));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    OptionValues values = new OptionValues(line);
    int count = values.count("count", COUNT, 2);
    TrainedRun run = TrainedRun.of(line);
    Tolerance tolerance = FlowOptions.tolerance(line);
    ImageChoice choice = ImageChoice.read(line, run);
    int from = index(values, "from", 0, choice);
    int to = index(values, "to", 1, choice);
    Path out =
        SampleCommand.out(line, run, "interpolations", choice.name() + "-" + from + "-" + to);
    LOG.info("building the model...");
    try (SamplingModel model = SamplingModel.open(run, Sampler.HEUN, 0)) {
      interruption.watch("stopping");
      FlowCodec codec =
          new FlowCodec(model.encodings(), model.solver(tolerance, interruption::asked));
      ImageSet between = between(choice.images(), from, to, count, model, codec);
      Pictures.rows(out.resolve("grid.png"), List.of(between), List.of(from + " to " + to));
      Map<String, NpyArray> arrays = new LinkedHashMap<>();
      arrays.put("images", between.toArray());
      Npz.write(out.resolve("interpolation.npz"), arrays);
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
          .write(out.resolve("interpolate.json"));
      System.out.println(
          count + " images from " + from + " to " + to + " of " + choice.description());
      System.out.println("files: " + out + " (grid.png, interpolation.npz, interpolate.json)");
      return ExitCode.OK;
    } catch (FlowSolver.Stopped e) {
      LOG.info("interrupted: nothing is written");
      return ExitCode.INTERRUPTED;
    }
  }

  private static int index(OptionValues values, String option, int otherwise, ImageChoice choice) {
    int index = values.count(option, otherwise, 0);
    if (index >= choice.count()) {
      throw new ConfigException(
          "--"
              + option
              + " is "
              + index
              + ", but "
              + choice.description()
              + " are "
              + choice.count()
              + ", numbered from 0");
    }
    return index;
  }

  private static ImageSet between(
      ImageSet images, int from, int to, int count, SamplingModel model, FlowCodec codec) {
    int n = images.shape().size();
    byte[] ends = images.copies(2, i -> i == 0 ? from : to);
    float[] told = images.conditions(2, i -> i == 0 ? from : to);
    float[] own;
    try (TFloat32 latents = model.encodings().mostLikely(ends, told)) {
      own = Arrays.copyOf(Tensors.floats(latents), (int) latents.shape().get(1));
    }
    try (TFloat32 two = repeated(own, 2);
        TFloat32 all = repeated(own, count)) {
      double[] noise = codec.encode(ends, two).z1();
      double[] a = Arrays.copyOf(noise, n);
      double[] b = Arrays.copyOfRange(noise, n, 2 * n);
      double[] points = new double[count * n];
      for (int i = 0; i < count; i++) {
        double[] point = FlowCodec.between(a, b, i / (count - 1.0));
        System.arraycopy(point, 0, points, i * n, n);
      }
      byte[] levels = model.sampler().mostLikely(codec.decode(points, all).z(), all);
      return new ImageSet("between", images.shape(), images.levels(), levels);
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
