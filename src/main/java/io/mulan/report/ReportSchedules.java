package io.mulan.report;

import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.drawing.HtmlPage.Figure;
import io.mulan.files.ConfigException;
import io.mulan.run.TrainedRun;
import io.mulan.study.ScheduleStudy;
import io.mulan.tf.CheckpointException;
import java.util.List;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** What a run's schedule does: the pictures of {@code mulan plot} that say most. */
public final class ReportSchedules {
  private static final Logger LOG = LogManager.getLogger(ReportSchedules.class);

  private static final Set<String> SHOWN =
      Set.of("gamma", "dnu_dt", "gamma_by_pixel", "gamma_map", "gamma_by_image", "latent_pca");

  private ReportSchedules() {}

  /**
   * Draws them.
   *
   * @param most so many of the first test images are looked at
   * @return nothing if model or data cannot be opened; the log says why
   * @throws io.mulan.console.Stopped if that was asked for
   */
  public static List<Figure> draw(ReportedRun run, int most, Terminal terminal) {
    TrainedRun trained = run.trained().orElseThrow();
    try {
      ImageSet images = Datasets.open(run.config().data()).test().first(most);
      LOG.info("drawing the schedule of {}...", run.name());
      String where =
          " On the first %d test images, weights of step %s."
              .formatted(images.count(), Text.count(trained.step()));
      return ScheduleStudy.of(trained, images, terminal).plots().stream()
          .filter(plot -> SHOWN.contains(plot.name()))
          .map(plot -> Figure.of(plot.plot(), run.name() + ": " + plot.caption() + where))
          .toList();
    } catch (ConfigException | CheckpointException e) {
      LOG.warn("{} has no schedule in the report: {}", run.name(), e.getMessage());
      return List.of();
    }
  }
}
