package io.mulan.results;

import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.drawing.Pictures;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.run.ChosenImages;
import io.mulan.run.Provenance;
import io.mulan.run.RoundTrip;
import io.mulan.run.SamplingModel;
import io.mulan.run.TrainedRun;
import io.mulan.sampling.Sampler;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Images carried to noise along the probability flow and back, in files: the images with their
 * noise, a grid, and how far what came back is from them.
 *
 * @param lines takes each line about the results
 */
public record Reconstruction(
    TrainedRun run,
    ChosenImages choice,
    Tolerance tolerance,
    OutFolder out,
    Terminal terminal,
    Consumer<String> lines) {
  public static final String JSON = "reconstruct.json";

  private static final Logger LOG = LogManager.getLogger(Reconstruction.class);
  private static final String NPZ = "reconstructions.npz";
  private static final String GRID = "grid.png";

  /** Images in the grid. */
  private static final int SHOWN = 16;

  /**
   * Carries the images and writes the files. Those that came back before an interruption or a
   * failure are kept, unless the folder has results of an earlier time.
   *
   * @return whether all came back
   */
  public boolean write() {
    out.requireWritable();
    LOG.info("building the model...");
    try (SamplingModel model = SamplingModel.open(run, Sampler.HEUN)) {
      terminal.watch("stopping");
      return write(model);
    }
  }

  private boolean write(SamplingModel model) {
    ImageSet images = choice.chosen();
    try (GrowingNpz npz = new GrowingNpz(out.resolve(NPZ))) {
      RoundTrip trip =
          new RoundTrip(images, model, model.codec(tolerance, terminal::asked), npz::add);
      boolean all = false;
      try {
        trip.run(run.config().training().batch(), terminal);
        all = true;
      } catch (Stopped e) {
        LOG.info("stopped early: {} of {} images came back", trip.errors().count(), images.count());
      } finally {
        if (all || (trip.errors().count() > 0 && !out.isTaken())) {
          write(trip.errors(), npz);
        }
      }
      return all;
    }
  }

  private void write(RoundTrip.Errors errors, GrowingNpz npz) {
    out.clear(GRID);
    npz.write();
    Provenance.of(
            run,
            Provenance.settings(
                "images", choice.description(),
                "count", errors.count(),
                "rtol", tolerance.relative(),
                "atol", tolerance.absolute(),
                "root_mean_square", errors.rootMeanSquare(),
                "largest", errors.largest(),
                "pixels_changed", errors.changed()))
        .write(out.resolve(JSON));
    lines.accept(text(errors));
    ImageSet images = choice.chosen();
    boolean shown = Pictures.shows(images.shape());
    if (shown) {
      Pictures.rows(
          out.resolve(GRID),
          List.of(
              images.first(Math.min(SHOWN, errors.count())),
              npz.images("decoded", "decoded", images.levels()).first(SHOWN)),
          List.of("image", "decoded"));
    }
    lines.accept(out.written(shown ? GRID : "", NPZ, JSON));
  }

  private String text(RoundTrip.Errors errors) {
    return String.format(
        Locale.ROOT,
        "round trip of %s by the probability flow, rtol %s, atol %s, weights of step %d%n"
            + "  error of z_0: %.2g root mean square, %.2g at most (images are in -1..1)%n"
            + "  pixels whose level changed: %d of %d%n"
            + "  evaluations of the network for each batch: %.0f there, %.0f back",
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
  }
}
