package io.mulan.study;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.config.ConfigReader;
import io.mulan.console.Countdown;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.drawing.PictureFiles;
import io.mulan.drawing.Plot.NamedPlot;
import io.mulan.results.OutFolder;
import io.mulan.run.ChosenImages;
import io.mulan.run.Provenance;
import io.mulan.run.TrainedRun;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * All pictures of what a model has learned, in files: the schedule, the latents, the loss along t.
 *
 * @param lines takes each line about the pictures
 */
public record StudyFiles(
    TrainedRun run, ChosenImages choice, OutFolder out, Terminal terminal, Consumer<String> lines) {
  public static final String JSON = "plot.json";

  private static final Logger LOG = LogManager.getLogger(StudyFiles.class);
  private static final String PLOTS = "plots";
  private static final String MOVING = "gamma_map.gif";
  private static final int FRAME = 8;
  private static final int LAST_FRAME = 100;

  /**
   * Draws the pictures and writes them. An interruption while the loss is measured leaves that
   * picture out; the others are written, unless the folder has pictures of an earlier time.
   *
   * @return whether all were drawn
   * @throws Stopped if that was asked for before; nothing is written then
   */
  public boolean write() {
    out.requireWritable();
    terminal.watch("stopping");
    LOG.info("building the model...");
    ScheduleStudy study = ScheduleStudy.of(run, choice.chosen(), terminal);
    List<NamedPlot> plots = new ArrayList<>(study.plots());
    LOG.info("measuring the loss along t...");
    boolean all = true;
    try {
      plots.addAll(integrand(study));
    } catch (Stopped e) {
      all = false;
      LOG.info("stopped early: the loss along t is left out; the same command draws it as well");
    }
    if (all || !out.isTaken()) {
      write(study, plots);
    }
    return all;
  }

  private List<NamedPlot> integrand(ScheduleStudy study) {
    ImageSet images = choice.chosen();
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

  private void write(ScheduleStudy study, List<NamedPlot> plots) {
    out.clear(drawn());
    plots.forEach(p -> PictureFiles.plot(out.resolve(p.name()), p.plot()));
    boolean moving = SchedulePlots.multivariate(study.noise());
    if (moving) {
      PictureFiles.gif(out.resolve(MOVING), frames(study), FRAME, LAST_FRAME);
    }
    Provenance.of(
            run,
            Provenance.settings(
                "images",
                choice.description(),
                PLOTS,
                plots.stream().map(NamedPlot::name).toList()))
        .write(out.resolve(JSON));
    lines.accept(
        "pictures of %s on %s, weights of step %d"
            .formatted(run.path(), choice.description(), run.step()));
    plots.forEach(p -> lines.accept("  %-24s %s".formatted(p.name(), p.caption())));
    study.missing().forEach(why -> lines.accept("left out: " + why));
    lines.accept(out.written("each as .png and .svg", moving ? MOVING : "", JSON));
  }

  /** The files of an earlier time, by what they were made with. */
  private String[] drawn() {
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
