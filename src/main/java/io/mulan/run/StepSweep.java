package io.mulan.run;

import io.mulan.cluster.Workers;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Pictures;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.BoundMeasurement;
import io.mulan.likelihood.Estimate;
import io.mulan.training.TrainedModel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What the number of steps does: the bound of the chain and some images, for each of some numbers.
 *
 * @param latents where images come from
 * @param numbers of steps
 * @param folder to write to, as the chief does
 * @param workers who share the images
 * @param said takes lines about the result
 */
public record StepSweep(
    TrainedRun run,
    SamplingPlan plan,
    SampleBatches.Latents latents,
    List<Integer> numbers,
    OutFolder folder,
    Workers workers,
    Terminal terminal,
    Consumer<String> said) {
  private static final Logger LOG = LogManager.getLogger(StepSweep.class);

  /** Of the bound: enough to see where it bends. */
  private static final int TIMES = 32;

  private static final int IMAGES = 200;

  /** Whether all was measured and drawn. What was before an interruption or a failure is kept. */
  public boolean run(SamplingModel model) {
    ImageSet test = Datasets.open(run.config().data()).test().first(IMAGES);
    Map<Integer, Estimate> bounds = new LinkedHashMap<>();
    Map<Integer, ImageSet> images = new LinkedHashMap<>();
    say("steps   bits/dim of the chain (bound, %d test images)", test.count());
    boolean all = false;
    try {
      for (int steps : numbers) {
        bounds.put(steps, bound(steps, test));
        say("%5d   %s", steps, bounds.get(steps).text());
        images.put(steps, images(model, steps));
      }
      all = true;
    } catch (Stopped e) {
      LOG.info("stopped early: {} of {} are measured", bounds.size(), numbers.size());
    } finally {
      if (workers.isChief() && (all || (!bounds.isEmpty() && !folder.isTaken()))) {
        write(bounds, images);
      }
    }
    return all;
  }

  /** Images of so many steps, as many as the picture shows. */
  private ImageSet images(SamplingModel model, int steps) {
    int most = ImageGrid.mostColumns(run.image(), numbers.size());
    return new SampleBatches(run, plan.withSteps(steps).withAtMost(most), workers, terminal)
        .few(model, latents);
  }

  private void write(Map<Integer, Estimate> bounds, Map<Integer, ImageSet> images) {
    folder.clear(
        SampleFiles.GRID, SampleFiles.BESIDE, SampleFiles.GIF, SampleFiles.BOUND, SampleFiles.NPZ);
    Map<String, Object> settings = plan.settings();
    bounds.forEach((steps, bound) -> settings.put("bound at " + steps + " steps", bound));
    Provenance.of(run, settings).write(folder.resolve(SampleFiles.JSON));
    Pictures.bounds(
        folder.resolve(SampleFiles.BOUND),
        bounds.keySet().stream().mapToDouble(steps -> steps).toArray(),
        bounds.values().stream().mapToDouble(Estimate::bitsPerDim).toArray(),
        bounds.values().stream().mapToDouble(Estimate::errorBar).toArray());
    boolean shown = !images.isEmpty() && Pictures.shows(run.image());
    if (shown) {
      Pictures.rows(
          folder.resolve(SampleFiles.GRID),
          List.copyOf(images.values()),
          images.keySet().stream().map(steps -> "T = " + steps).toList());
    }
    String grid = shown ? SampleFiles.GRID : "";
    say("%s", folder.written(grid, SampleFiles.BOUND, SampleFiles.JSON));
  }

  /** The bound of the chain of this many steps. */
  private Estimate bound(int steps, ImageSet test) {
    TrainedRun discrete = run.with("loss.timesteps=" + steps, "loss.times=antithetic");
    try (TrainedModel<BoundGraph> chain = discrete.open(BoundGraph::build)) {
      BoundMeasurement measurement =
          new BoundMeasurement(
              chain.session(),
              chain.parts(),
              run.config().training().batch(),
              TIMES,
              plan.seed(),
              test);
      SharedMeasurement shared = new SharedMeasurement(measurement, workers, terminal::asked);
      int total = shared.columns().indexOf(SharedMeasurement.TOTAL);
      DoubleStream.Builder nats = DoubleStream.builder();
      boolean all =
          shared.run(
              0, test.count(), done -> {}, values -> Arrays.stream(values[total]).forEach(nats));
      if (!all) {
        throw new Stopped();
      }
      return Estimate.of(nats.build().toArray(), test.shape().size());
    }
  }

  private void say(String text, Object... values) {
    if (workers.isChief()) {
      said.accept(String.format(Locale.ROOT, text, values));
    }
  }
}
