package io.mulan.cli;

import io.mulan.config.ConfigException;
import io.mulan.data.ImageSet;
import io.mulan.report.NamedPlot;
import io.mulan.report.PictureFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** {@code mulan plot}: pictures of the noise that a model has learned, and of its latent space. */
final class PlotCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(PlotCommand.class);

  /**
   * Images if nothing is said: enough to see groups, few enough for marks not to cover each other.
   */
  private static final int IMAGES = 128;

  private static final int TIMES = 16;
  private static final int FRAME = 10;
  private static final int LAST_FRAME = 100;
  private static final int MEMBERS = 16;

  @Override
  public String name() {
    return "plot";
  }

  @Override
  public String summary() {
    return "draw the noise that a model has learned";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN");
  }

  @Override
  public String examples() {
    return """
          mulan plot runs/digits                        γ, signal-to-noise ratio, maps, latents: runs/digits/plots
          mulan plot runs/digits --step best --out DIR  of another checkpoint, to another folder
          mulan plot runs/digits --limit 300            for more images
          mulan plot savedmodels/digits                 of an exported model
        """;
  }

  @Override
  public Options options() {
    return ImageChoice.options(TrainedRun.options(new Options()))
        .addOption(
            ConfigOptions.withValue(
                "times", "K", "draws of each image for the integrand over t (" + TIMES + ")"))
        .addOption(ConfigOptions.withValue("out", "DIR", "where to (plots/ in the run's folder)"));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    TrainedRun run = TrainedRun.of(line);
    ImageChoice choice = ImageChoice.read(line, run, IMAGES);
    int times = new OptionValues(line).count("times", TIMES, 1);
    Path out = SampleCommand.out(line, run, "plots", choice.name());
    ImageSet images = choice.chosen();
    if (images.count() < 2) {
      throw new ConfigException(
          "plots compare images, of which there is "
              + images.count()
              + "; take more with --limit or --images");
    }
    LOG.info("building the model...");
    try (LearnedSchedule schedule = new LearnedSchedule(run, images)) {
      draw(run, choice, schedule, times, out);
    }
    return ExitCode.OK;
  }

  private static void draw(
      TrainedRun run, ImageChoice choice, LearnedSchedule schedule, int times, Path out) {
    SchedulePlots noise = new SchedulePlots(schedule);
    List<NamedPlot> plots = new ArrayList<>(noise.ofAll());
    PictureFiles.gif(out.resolve("sigma2.gif"), noise.frames(), FRAME, LAST_FRAME);
    double[][] latents = schedule.meanLatents();
    String clusters = "";
    if (LatentPlots.tell(latents)) {
      LatentPlots space = new LatentPlots(schedule.images(), latents, 0);
      plots.addAll(noise.ofImages());
      plots.addAll(space.all(noise));
      Pictures.rows(
          out.resolve("clusters.png"),
          space.members(MEMBERS),
          IntStream.range(0, space.count()).mapToObj(k -> "cluster " + k).toList());
      clusters = ", clusters.png";
    } else {
      LOG.info(
          "the latents tell no images apart: neither they nor differences between images are drawn");
    }
    Countdown countdown = new Countdown("images", schedule.images().count(), 0);
    plots.add(noise.integrand(schedule.integrand(times, done -> countdown.at(done, ""))));
    countdown.end();
    plots.forEach(plot -> PictureFiles.plot(out.resolve(plot.name()), plot.plot()));
    System.out.println("the noise of " + choice.description() + ", weights of step " + run.step());
    plots.forEach(plot -> System.out.printf("  %-14s %s%n", plot.name(), plot.caption()));
    System.out.println("files: " + out + " (each as png and svg; sigma2.gif" + clusters + ")");
  }
}
