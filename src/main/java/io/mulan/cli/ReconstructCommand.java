package io.mulan.cli;

import io.mulan.data.ImageSet;
import io.mulan.data.NpyArray;
import io.mulan.data.Npz;
import io.mulan.flow.FlowSolver;
import io.mulan.flow.Tolerance;
import io.mulan.sampling.FlowCodec;
import io.mulan.sampling.Sampler;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.types.TFloat32;

/** {@code mulan reconstruct}: images to noise along the probability flow, and back. */
final class ReconstructCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(ReconstructCommand.class);
  private static final int COUNT = 16;

  @Override
  public String name() {
    return "reconstruct";
  }

  @Override
  public String summary() {
    return "encode images by the probability flow and decode them again";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN");
  }

  @Override
  public String examples() {
    return """
          mulan reconstruct runs/digits                          the first 16 test images
          mulan reconstruct runs/digits --images DIR             your own images
          mulan reconstruct runs/digits --rtol 1e-3 --atol 1e-3  how the error depends on them
        """;
  }

  @Override
  public Options options() {
    return FlowOptions.of(ImageChoice.options(TrainedRun.options(new Options())));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    TrainedRun run = TrainedRun.of(line);
    Tolerance tolerance = FlowOptions.tolerance(line);
    ImageChoice choice = ImageChoice.read(line, run, COUNT);
    ImageSet images = choice.chosen();
    Path out = SampleCommand.out(line, run, "reconstructions", choice.name());
    LOG.info("building the model...");
    try (SamplingModel model = SamplingModel.open(run, Sampler.HEUN, 0)) {
      interruption.watch("stopping");
      FlowCodec codec =
          new FlowCodec(model.encodings(), model.solver(tolerance, interruption::asked));
      RoundTrip trip = RoundTrip.of(images, run.config().training().batch(), model, codec);
      write(run, choice, tolerance, trip, out);
      return ExitCode.OK;
    } catch (FlowSolver.Stopped e) {
      LOG.info("interrupted: nothing is written");
      return ExitCode.INTERRUPTED;
    }
  }

  private static void write(
      TrainedRun run, ImageChoice choice, Tolerance tolerance, RoundTrip trip, Path out) {
    ImageSet images = choice.chosen();
    Pictures.rows(
        out.resolve("grid.png"),
        List.of(images.first(COUNT), trip.decoded().first(COUNT)),
        List.of("image", "decoded"));
    int[] shape = images.toArray().shape();
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("images", images.toArray());
    arrays.put("decoded", trip.decoded().toArray());
    arrays.put("noise", NpyArray.of(trip.noise(), shape));
    Npz.write(out.resolve("reconstructions.npz"), arrays);
    Map<String, Object> settings =
        Provenance.settings(
            "images", choice.description(),
            "rtol", tolerance.relative(),
            "atol", tolerance.absolute(),
            "root_mean_square", trip.rootMeanSquare(),
            "largest", trip.largest(),
            "pixels_changed", trip.pixelsChanged());
    Provenance.of(run, settings).write(out.resolve("reconstruct.json"));
    System.out.printf(
        Locale.ROOT,
        "round trip of %s by the probability flow, rtol %s, atol %s, weights of step %d%n"
            + "  error of z_0: %.2g root mean square, %.2g at most (images are in -1..1)%n"
            + "  pixels whose level changed: %d of %d%n"
            + "  evaluations of the network for each batch: %.0f there, %.0f back%n",
        choice.description(),
        Figures.plain(tolerance.relative()),
        Figures.plain(tolerance.absolute()),
        run.step(),
        trip.rootMeanSquare(),
        trip.largest(),
        trip.pixelsChanged(),
        (long) images.count() * images.shape().size(),
        trip.evaluationsThere(),
        trip.evaluationsBack());
    System.out.println("files: " + out + " (grid.png, reconstructions.npz, reconstruct.json)");
  }

  /**
   * Images, encoded and decoded.
   *
   * @param noise z_1, one image after the other
   * @param rootMeanSquare of the difference of z_0 before and after
   * @param largest of them
   */
  private record RoundTrip(
      ImageSet decoded,
      double[] noise,
      double rootMeanSquare,
      double largest,
      int pixelsChanged,
      double evaluationsThere,
      double evaluationsBack) {

    static RoundTrip of(ImageSet images, int batch, SamplingModel model, FlowCodec codec) {
      int n = images.shape().size();
      byte[] decoded = new byte[images.count() * n];
      double[] noise = new double[decoded.length];
      double squares = 0;
      double largest = 0;
      int changed = 0;
      int batches = 0;
      int there = 0;
      int back = 0;
      Countdown countdown = new Countdown("images", images.count(), 0);
      for (int first = 0; first < images.count(); first += batch) {
        int count = Math.min(batch, images.count() - first);
        int offset = first;
        byte[] pixels = images.copies(count, i -> offset + i);
        float[] told = images.conditions(count, i -> offset + i);
        try (TFloat32 latent = model.encodings().mostLikely(pixels, told)) {
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
          System.arraycopy(seen, 0, decoded, first * n, seen.length);
          System.arraycopy(encoded.z1(), 0, noise, first * n, pixels.length);
          there += encoded.evaluations();
          back += end.evaluations();
          batches++;
        }
        countdown.at(first + count);
      }
      countdown.end();
      return new RoundTrip(
          new ImageSet("decoded", images.shape(), images.levels(), decoded),
          noise,
          Math.sqrt(squares / decoded.length),
          largest,
          changed,
          (double) there / batches,
          (double) back / batches);
    }
  }
}
