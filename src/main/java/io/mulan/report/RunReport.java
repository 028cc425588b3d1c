package io.mulan.report;

import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.drawing.HtmlPage.Figure;
import io.mulan.drawing.PictureFiles;
import io.mulan.files.ConfigException;
import io.mulan.run.TrainedRun;
import io.mulan.study.ScheduleStudy;
import io.mulan.tf.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * One page about runs, with the samples and schedules that are drawn for it.
 *
 * @param samples how many images to draw of each run; 0 for none
 * @param always whether they are drawn even where {@code mulan sample} left some
 * @param steps to draw them in
 * @param images how many test images to show the schedule on; 0 leaves it out
 */
public record RunReport(
    List<ReportedRun> runs, int samples, boolean always, int steps, int images, Terminal terminal) {
  private static final Logger LOG = LogManager.getLogger(RunReport.class);

  /** The pictures of {@code mulan plot} that say most about a schedule. */
  private static final Set<String> SHOWN =
      Set.of("gamma", "dnu_dt", "gamma_by_pixel", "gamma_map", "gamma_by_image", "latent_pca");

  /**
   * Draws and writes the page. After an interruption it has what was drawn, unless there is an
   * earlier page.
   *
   * @param lines takes a line that names the page
   * @return whether everything was drawn
   */
  public boolean write(Path file, Consumer<String> lines) {
    List<Figure> drawn = new ArrayList<>();
    List<Figure> schedules = new ArrayList<>();
    boolean all = false;
    try {
      for (ReportedRun run : runs) {
        List<Figure> kept = ReportSamples.kept(run);
        drawn.addAll(kept);
        if (run.trained().isPresent() && (kept.isEmpty() || always) && samples > 0) {
          ReportSamples.draw(run, samples, steps, terminal).ifPresent(drawn::add);
        }
        if (run.trained().isPresent() && images > 0) {
          schedules.addAll(schedule(run));
        }
      }
      all = true;
    } catch (Stopped e) {
      LOG.info("stopped early: the rest is not drawn; --samples 0 --images 0 draws nothing");
    }
    if (all || !Files.exists(file)) {
      PictureFiles.page(file, ReportPage.of(runs, drawn, schedules));
      lines.accept(String.format(Locale.ROOT, "%s (%.1f MB)", file, size(file) / 1e6));
    }
    return all;
  }

  /** What a run's schedule does; nothing if model or data cannot be opened, the log says why. */
  private List<Figure> schedule(ReportedRun run) {
    TrainedRun trained = run.trained().orElseThrow();
    try {
      ImageSet some = Datasets.open(run.config().data()).test().first(images);
      LOG.info("drawing the schedule of {}...", run.name());
      String where =
          " On the first %d test images, weights of step %s."
              .formatted(some.count(), Text.count(trained.step()));
      return ScheduleStudy.of(trained, some, terminal).plots().stream()
          .filter(plot -> SHOWN.contains(plot.name()))
          .map(plot -> Figure.of(plot.plot(), run.name() + ": " + plot.caption() + where))
          .toList();
    } catch (ConfigException | CheckpointException e) {
      LOG.warn("{} has no schedule in the report: {}", run.name(), e.getMessage());
      return List.of();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
