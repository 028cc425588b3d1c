package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.drawing.Pictures;
import io.mulan.files.ConfigException;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.results.Interpolation;
import io.mulan.results.OutFolder;
import io.mulan.run.ChosenImages;
import io.mulan.run.Provenance;
import io.mulan.run.SamplingModel;
import io.mulan.run.TrainedRun;
import io.mulan.sampling.FlowCodec;
import io.mulan.sampling.Sampler;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * {@code mulan interpolate}: images between two, along the arc between their noises.
 *
 * <p>Both are encoded with the latent and the class of the first, and so is everything decoded: for
 * any one latent the flow is a one-to-one map, so that the ends come out as they went in.
 */
final class InterpolateCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(InterpolateCommand.class);
  private static final int COUNT = 9;
  private static final String JSON = "interpolate.json";
  private static final String NPZ = "interpolation.npz";
  private static final String GRID = "grid.png";
  private static final String IMAGES = "images";

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
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .with(ImageChoice::options)
        .value("from", "I", "number of the first image (0)")
        .value("to", "J", "number of the second image (1)")
        .value("count", "N", "images, with both ends (9)")
        .with(TrainedOptions::flow);
  }

  @Override
  public int run(Arguments given) {
    int count = given.count("count", COUNT, 2);
    try (TrainedRun run = TrainedOptions.read(given)) {
      return interpolate(given, run, count);
    }
  }

  private static int interpolate(Arguments given, TrainedRun run, int count) {
    Terminal terminal = given.terminal();
    Tolerance tolerance = given.tolerance();
    ChosenImages choice = ImageChoice.read(given, run);
    int from = index(given, "from", 0, choice);
    int to = index(given, "to", 1, choice);
    OutFolder out =
        TrainedOptions.out(
            given, run, "interpolations", choice.name() + "-" + from + "-" + to, JSON);
    out.requireWritable();
    LOG.info("building the model...");
    try (SamplingModel model = SamplingModel.open(run, Sampler.HEUN);
        GrowingNpz npz = new GrowingNpz(out.resolve(NPZ))) {
      terminal.watch("stopping");
      FlowCodec codec = new FlowCodec(model.encodings(), model.solver(tolerance, terminal::asked));
      Interpolation between = new Interpolation(choice.images(), from, to, count, npz);
      between.draw(model, codec, run.config().training().batch());
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
      given
          .out()
          .println(count + " images from " + from + " to " + to + " of " + choice.description());
      ImageSet images = npz.images(IMAGES, "between", choice.images().levels());
      boolean shown = Pictures.shows(images.shape());
      if (shown) {
        Pictures.rows(out.resolve(GRID), List.of(images), List.of(from + " to " + to));
      }
      given.out().println(out.written(shown ? GRID : "", NPZ, JSON));
      return ExitCode.OK;
    } catch (Stopped e) {
      LOG.info("stopped early: nothing is written; the same command draws the same images");
      return ExitCode.INTERRUPTED;
    }
  }

  private static int index(Arguments given, String option, int otherwise, ChosenImages choice) {
    int index = given.count(option, otherwise, 0);
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
}
