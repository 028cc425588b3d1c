package io.mulan.report;

import io.mulan.cluster.Workers;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.drawing.HtmlPage.Figure;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Pictures;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.results.SampleFiles;
import io.mulan.run.Provenance;
import io.mulan.run.SampleBatches;
import io.mulan.run.SamplingModel;
import io.mulan.run.SamplingPlan;
import io.mulan.run.TrainedRun;
import io.mulan.tf.CheckpointException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Images that a run's model drew: those that {@code mulan sample} left, or new ones. */
final class ReportSamples {
  private static final Logger LOG = LogManager.getLogger(ReportSamples.class);

  /** More pictures of a run are left out: a page is to be small. */
  private static final int MOST = 4;

  private ReportSamples() {}

  /**
   * Pictures that were drawn with the newest weights.
   *
   * @return the newest first
   */
  static List<Figure> kept(ReportedRun run) {
    List<Figure> figures = new ArrayList<>();
    Path folder = run.path().resolve("samples");
    if (run.trained().isEmpty() || !Files.isDirectory(folder)) {
      return figures;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .filter(e -> Files.exists(e.resolve(SampleFiles.JSON)))
          .sorted()
          .flatMap(e -> kept(run, e).stream())
          .limit(MOST)
          .forEach(figures::add);
    } catch (IOException e) {
      LOG.warn("{} cannot be listed: {}", folder, IoReason.of(e));
    }
    return figures;
  }

  private static Optional<Figure> kept(ReportedRun run, Path folder) {
    try {
      Provenance made = JsonFile.read(folder.resolve(SampleFiles.JSON), Provenance.class);
      BufferedImage grid = ImageIO.read(folder.resolve(SampleFiles.GRID).toFile());
      if (grid == null || !made.weights().equals(run.trained().orElseThrow().fingerprint())) {
        return Optional.empty();
      }
      return Optional.of(figure(run, grid, made.settings(), made.step()));
    } catch (IOException e) {
      LOG.warn("{} is left out of the report: {}", folder, IoReason.of(e));
      return Optional.empty();
    }
  }

  /**
   * Draws images.
   *
   * @return nothing if the model cannot be opened or its images cannot be shown; the log says why
   * @throws io.mulan.console.Stopped if that was asked for
   */
  static Optional<Figure> draw(ReportedRun run, int count, int steps, Terminal terminal) {
    TrainedRun trained = run.trained().orElseThrow();
    if (!ImageGrid.shows(trained.image())) {
      LOG.warn("{} has no samples in the report: {}", run.name(), Pictures.why(trained.image()));
      return Optional.empty();
    }
    int shown = Math.min(count, ImageGrid.most(trained.image()));
    SamplingPlan plan = SamplingPlan.few(shown, steps, 0, run.config());
    SampleBatches drawing = new SampleBatches(trained, plan, Workers.alone(), terminal);
    LOG.info("drawing {} images of {}...", shown, run.name());
    try (SamplingModel model = SamplingModel.open(trained, plan)) {
      SampleBatches.Latents prior = SampleBatches.Latents.prior(trained, plan);
      BufferedImage grid = ImageGrid.of(drawing.few(model, prior));
      return Optional.of(figure(run, grid, plan.settings(), trained.step()));
    } catch (ConfigException | CheckpointException e) {
      LOG.warn("{} has no samples in the report: {}", run.name(), e.getMessage());
      return Optional.empty();
    }
  }

  private static Figure figure(
      ReportedRun run, BufferedImage grid, Map<String, Object> settings, long step) {
    String how =
        settings.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
    return Figure.of(
        grid,
        "Images drawn by " + run.name(),
        run.name() + ": " + how + "; weights of step " + Text.count(step) + ".");
  }
}
