package io.mulan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.config.ConfigReader;
import io.mulan.console.Countdown;
import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.drawing.PictureFiles;
import io.mulan.drawing.Plot.NamedPlot;
import io.mulan.results.OutFolder;
import io.mulan.run.ChosenImages;
import io.mulan.run.Provenance;
import io.mulan.run.TrainedRun;
import io.mulan.study.IntegrandPlots;
import io.mulan.study.SchedulePlots;
import io.mulan.study.ScheduleStudy;
import java.awt.image.BufferedImage;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** {@code mulan plot}: pictures of the noise that a model has learned. */
final class PlotCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(PlotCommand.class);
  private static final int COUNT = 300;
  private static final String JSON = "plot.json";
  private static final String PLOTS = "plots";
  private static final String MOVING = "gamma_map.gif";
  private static final int FRAME = 8;
  private static final int LAST_FRAME = 100;

  @Override
  public String name() {
    return "plot";
  }

  @Override
  public String summary() {
    return "draw the learned schedule, where the loss comes from, and the latent space";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN");
  }

  @Override
  public String examples() {
    return """
          mulan plot runs/digits                           on the first 300 test images, PNG and SVG
          mulan plot runs/digits --step best --out DIR     another checkpoint, into another folder
          mulan plot savedmodels/digits                    of an exported model
          mulan plot runs/digits --images DIR --limit 100  on your own images
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .with(ImageChoice::options)
        .value("out", "DIR", "where to write");
  }

  @Override
  public int run(Arguments given) {
    try (TrainedRun run = TrainedOptions.read(given)) {
      return plot(given, run);
    }
  }

  private static int plot(Arguments given, TrainedRun run) {
    Terminal terminal = given.terminal();
    ChosenImages choice = ImageChoice.read(given, run, COUNT);
    ImageSet images = choice.chosen();
    OutFolder out =
        TrainedOptions.out(given, run, "plots", choice.name() + "-" + run.step(), JSON)
            .requireWritable();
    terminal.watch("stopping");
    LOG.info("building the model...");
    try {
      ScheduleStudy study = ScheduleStudy.of(run, images, terminal);
      List<NamedPlot> plots = new ArrayList<>(study.plots());
      LOG.info("measuring the loss along t...");
      boolean all = true;
      try {
        plots.addAll(integrand(run, images, study, terminal));
      } catch (Stopped e) {
        all = false;
        LOG.info("stopped early: the loss along t is left out; the same command draws it as well");
      }
      if (all || !out.isTaken()) {
        write(run, choice, study, plots, out, given.out());
      }
      return all ? ExitCode.OK : ExitCode.INTERRUPTED;
    } catch (Stopped e) {
      LOG.info("interrupted: nothing is written; the same command draws the same pictures");
      return ExitCode.INTERRUPTED;
    }
  }

  private static List<NamedPlot> integrand(
      TrainedRun run, ImageSet images, ScheduleStudy study, Terminal terminal) {
    Countdown countdown = new Countdown(terminal, "images", images.count(), 0);
    try {
      return IntegrandPlots.of(
          run,
          images,
          study.parts(),
          done -> {
            terminal.stopIfAsked();
            countdown.at(done);
          });
    } finally {
      countdown.end();
    }
  }

  private static void write(
      TrainedRun run,
      ChosenImages choice,
      ScheduleStudy study,
      List<NamedPlot> plots,
      OutFolder folder,
      PrintStream out) {
    folder.clear(drawn(folder));
    plots.forEach(p -> PictureFiles.plot(folder.resolve(p.name()), p.plot()));
    boolean moving = SchedulePlots.multivariate(study.noise());
    if (moving) {
      PictureFiles.gif(folder.resolve(MOVING), frames(study), FRAME, LAST_FRAME);
    }
    Provenance.of(
            run,
            Provenance.settings(
                "images",
                choice.description(),
                PLOTS,
                plots.stream().map(NamedPlot::name).toList()))
        .write(folder.resolve(JSON));
    out.printf(
        "pictures of %s on %s, weights of step %d%n", run.path(), choice.description(), run.step());
    plots.forEach(p -> out.printf("  %-24s %s%n", p.name(), p.caption()));
    study.missing().forEach(why -> out.println("left out: " + why));
    out.println(folder.written("each as .png and .svg", moving ? MOVING : "", JSON));
  }

  /** The files of an earlier time, by what they were made with. */
  private static String[] drawn(OutFolder out) {
    if (!out.isTaken()) {
      return new String[0];
    }
    Stream<String> plots =
        StreamSupport.stream(
                ConfigReader.tree(out.resolve(JSON)).path("settings").path(PLOTS).spliterator(),
                false)
            .map(JsonNode::asText)
            .filter(name -> name.matches("\\w+"))
            .flatMap(name -> Stream.of(name + ".png", name + ".svg"));
    return Stream.concat(plots, Stream.of(MOVING)).toArray(String[]::new);
  }

  private static Iterator<BufferedImage> frames(ScheduleStudy study) {
    return SchedulePlots.frames(study.noise()).map(plot -> plot.picture(1)).iterator();
  }
}
