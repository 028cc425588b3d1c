package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.drawing.Pictures;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.results.OutFolder;
import io.mulan.run.ChosenImages;
import io.mulan.run.Provenance;
import io.mulan.run.RoundTrip;
import io.mulan.run.SamplingModel;
import io.mulan.run.TrainedRun;
import io.mulan.sampling.FlowCodec;
import io.mulan.sampling.Sampler;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** {@code mulan reconstruct}: images to noise along the probability flow, and back. */
final class ReconstructCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(ReconstructCommand.class);
  private static final int COUNT = 16;
  private static final String JSON = "reconstruct.json";
  private static final String NPZ = "reconstructions.npz";
  private static final String GRID = "grid.png";

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
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .with(ImageChoice::options)
        .with(TrainedOptions::flow);
  }

  @Override
  public int run(Arguments given) {
    try (TrainedRun run = TrainedOptions.read(given)) {
      return reconstruct(given, run);
    }
  }

  private static int reconstruct(Arguments given, TrainedRun run) {
    Terminal terminal = given.terminal();
    Tolerance tolerance = given.tolerance();
    ChosenImages choice = ImageChoice.read(given, run, COUNT);
    OutFolder out = TrainedOptions.out(given, run, "reconstructions", choice.name(), JSON);
    out.requireWritable();
    LOG.info("building the model...");
    try (SamplingModel model = SamplingModel.open(run, Sampler.HEUN)) {
      terminal.watch("stopping");
      FlowCodec codec = new FlowCodec(model.encodings(), model.solver(tolerance, terminal::asked));
      return reconstruct(new Asked(run, choice, tolerance, out, given), model, codec)
          ? ExitCode.OK
          : ExitCode.INTERRUPTED;
    }
  }

  /** What was asked for. */
  private record Asked(
      TrainedRun run, ChosenImages choice, Tolerance tolerance, OutFolder out, Arguments given) {}

  /** Whether all came back. What did before an interruption or a failure is kept. */
  private static boolean reconstruct(Asked asked, SamplingModel model, FlowCodec codec) {
    ImageSet images = asked.choice().chosen();
    try (GrowingNpz npz = new GrowingNpz(asked.out().resolve(NPZ))) {
      RoundTrip trip = new RoundTrip(images, model, codec, npz::add);
      boolean all = false;
      try {
        trip.run(asked.run().config().training().batch(), asked.given().terminal());
        all = true;
      } catch (Stopped e) {
        LOG.info("stopped early: {} of {} images came back", trip.errors().count(), images.count());
      } finally {
        if (all || (trip.errors().count() > 0 && !asked.out().isTaken())) {
          write(asked, trip, npz);
        }
      }
      return all;
    }
  }

  private static void write(Asked asked, RoundTrip trip, GrowingNpz npz) {
    RoundTrip.Errors errors = trip.errors();
    TrainedRun run = asked.run();
    ChosenImages choice = asked.choice();
    Tolerance tolerance = asked.tolerance();
    asked.out().clear(GRID);
    npz.write();
    Map<String, Object> settings =
        Provenance.settings(
            "images", choice.description(),
            "count", errors.count(),
            "rtol", tolerance.relative(),
            "atol", tolerance.absolute(),
            "root_mean_square", errors.rootMeanSquare(),
            "largest", errors.largest(),
            "pixels_changed", errors.changed());
    Provenance.of(run, settings).write(asked.out().resolve(JSON));
    asked
        .given()
        .out()
        .printf(
            Locale.ROOT,
            "round trip of %s by the probability flow, rtol %s, atol %s, weights of step %d%n"
                + "  error of z_0: %.2g root mean square, %.2g at most (images are in -1..1)%n"
                + "  pixels whose level changed: %d of %d%n"
                + "  evaluations of the network for each batch: %.0f there, %.0f back%n",
            choice.description(),
            Text.plain(tolerance.relative()),
            Text.plain(tolerance.absolute()),
            run.step(),
            errors.rootMeanSquare(),
            errors.largest(),
            errors.changed(),
            errors.pixels(),
            errors.there(),
            errors.back());
    ImageSet images = choice.chosen();
    boolean shown = Pictures.shows(images.shape());
    if (shown) {
      Pictures.rows(
          asked.out().resolve(GRID),
          List.of(
              images.first(Math.min(COUNT, errors.count())),
              npz.images("decoded", "decoded", images.levels()).first(COUNT)),
          List.of("image", "decoded"));
    }
    asked.given().out().println(asked.out().written(shown ? GRID : "", NPZ, JSON));
  }
}
