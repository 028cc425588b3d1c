package io.mulan.results;

import io.mulan.cluster.Workers;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Pictures;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.BoundMeasurement;
import io.mulan.likelihood.Estimate;
import io.mulan.run.Provenance;
import io.mulan.run.SampleBatches;
import io.mulan.run.SamplingModel;
import io.mulan.run.SamplingPlan;
import io.mulan.run.SharedMeasurement;
import io.mulan.run.TrainedRun;
import io.mulan.sampling.Sampler;
import io.mulan.training.TrainedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What sampler and number of steps do: some images of each; of the chain its bound, of the others,
 * which follow the probability flow, how far the images are from the flow's own.
 *
 * @param latents where images come from
 * @param ways to compare
 * @param folder to write to, as the chief does
 * @param workers who share the images
 * @param lines takes lines about the result
 */
public record StepSweep(
    TrainedRun run,
    SamplingPlan plan,
    SampleBatches.Latents latents,
    List<SamplingPlan.Steps> ways,
    OutFolder folder,
    Workers workers,
    Terminal terminal,
    Consumer<String> lines) {
  private static final Logger LOG = LogManager.getLogger(StepSweep.class);

  /** Of the bound: enough to see where it bends. */
  private static final int TIMES = 32;

  private static final int IMAGES = 200;

  /** What is known of each way so far. */
  private static final class Results {
    private final Map<SamplingPlan.Steps, Estimate> bounds = new LinkedHashMap<>();
    private final Map<SamplingPlan.Steps, Double> distances = new LinkedHashMap<>();
    private final Map<SamplingPlan.Steps, ImageSet> images = new LinkedHashMap<>();

    /** The flow's own, which are the same for all samplers. */
    private Optional<ImageSet> flow = Optional.empty();
  }

  /** Whether all was measured and drawn. What was before an interruption or a failure is kept. */
  public boolean measure() {
    ImageSet test = Datasets.open(run.config().data()).test().first(IMAGES);
    Results results = new Results();
    line("sampler    steps  evaluations   (bound of %d test images, bits/dim)", test.count());
    boolean all = false;
    try {
      for (Sampler sampler : ways.stream().map(SamplingPlan.Steps::sampler).distinct().toList()) {
        try (SamplingModel model = SamplingModel.open(run, sampler)) {
          sweep(model, sampler, test, results);
        }
      }
      all = true;
    } catch (Stopped e) {
      LOG.info("stopped early: {} of {} are measured", results.images.size(), ways.size());
    } finally {
      if (workers.isChief() && (all || (!results.images.isEmpty() && !folder.isTaken()))) {
        write(results);
      }
    }
    return all;
  }

  private void sweep(SamplingModel model, Sampler sampler, ImageSet test, Results results) {
    boolean chain = sampler == Sampler.ANCESTRAL;
    if (!chain && results.flow.isEmpty()) {
      results.flow = Optional.of(images(model, new SamplingPlan.Flow(Tolerance.DEFAULT)));
    }
    for (SamplingPlan.Steps way : ways) {
      if (way.sampler() != sampler) {
        continue;
      }
      ImageSet images = images(model, way);
      String found;
      if (chain) {
        Estimate bound = bound(way.steps(), test);
        results.bounds.put(way, bound);
        found = "bound " + bound.text();
      } else {
        double levels = distance(images, results.flow.orElseThrow());
        results.distances.put(way, levels);
        found = String.format(Locale.ROOT, "%.3f levels from the flow", levels);
      }
      results.images.put(way, images);
      int evaluations = way.steps() * sampler.evaluations();
      line("%-9s  %5d  %11d   %s", way.name(), way.steps(), evaluations, found);
    }
  }

  /** Images of one way, as many as the picture shows. */
  private ImageSet images(SamplingModel model, SamplingPlan.Way way) {
    SamplingPlan few = plan.with(way).withAtMost(ImageGrid.mostColumns(run.image(), ways.size()));
    return new SampleBatches(run, few, workers, terminal).few(model.drawing(few), latents);
  }

  /** The root mean square over all pixels. */
  private static double distance(ImageSet some, ImageSet others) {
    byte[] a = some.toArray().toBytes();
    byte[] b = others.toArray().toBytes();
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      double apart = (a[i] & 0xff) - (b[i] & 0xff);
      squares += apart * apart;
    }
    return Math.sqrt(squares / a.length);
  }

  private void write(Results results) {
    folder.clear(
        SampleFiles.GRID, SampleFiles.BESIDE, SampleFiles.GIF, SampleFiles.BOUND, SampleFiles.NPZ);
    Provenance.of(run, settings(results)).write(folder.resolve(SampleFiles.JSON));
    List<String> files = new ArrayList<>();
    if (!results.images.isEmpty() && Pictures.shows(run.image())) {
      Pictures.rows(
          folder.resolve(SampleFiles.GRID),
          List.copyOf(results.images.values()),
          results.images.keySet().stream().map(this::label).toList());
      files.add(SampleFiles.GRID);
    }
    if (!results.bounds.isEmpty()) {
      Pictures.bounds(
          folder.resolve(SampleFiles.BOUND),
          results.bounds.keySet().stream().mapToDouble(SamplingPlan.Steps::steps).toArray(),
          results.bounds.values().stream().mapToDouble(Estimate::bitsPerDim).toArray(),
          results.bounds.values().stream().mapToDouble(Estimate::errorBar).toArray());
      files.add(SampleFiles.BOUND);
    }
    files.add(SampleFiles.JSON);
    line("%s", folder.written(files.toArray(String[]::new)));
  }

  private Map<String, Object> settings(Results results) {
    Map<String, Object> settings = plan.settings();
    settings.put("sampler", ways.stream().map(SamplingPlan.Way::name).distinct().toList());
    settings.put("steps", ways.stream().map(SamplingPlan.Steps::steps).distinct().toList());
    results.bounds.forEach(
        (way, bound) -> settings.put("bound at " + way.steps() + " steps", bound));
    results.distances.forEach(
        (way, levels) ->
            settings.put(
                "levels from the flow, " + way.name() + " at " + way.steps() + " steps", levels));
    return settings;
  }

  private String label(SamplingPlan.Steps way) {
    boolean one = ways.stream().map(SamplingPlan.Steps::sampler).distinct().count() == 1;
    return (one ? "" : way.name() + ", ") + "T = " + way.steps();
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

  private void line(String text, Object... values) {
    if (workers.isChief()) {
      lines.accept(String.format(Locale.ROOT, text, values));
    }
  }
}
