package io.mulan.cli;

import io.mulan.data.Datasets;
import java.io.PrintStream;
import io.mulan.cluster.WorkerGroup;
import io.mulan.cluster.Workers;
import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.ImageSet;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Pictures;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.BoundMeasurement;
import io.mulan.likelihood.Estimate;
import io.mulan.run.DrawnFile;
import io.mulan.run.OutFolder;
import io.mulan.run.Provenance;
import io.mulan.run.SampleBatches;
import io.mulan.run.SamplingModel;
import io.mulan.run.SamplingPlan;
import io.mulan.run.SharedMeasurement;
import io.mulan.run.TrainedRun;
import io.mulan.training.TrainedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** {@code mulan sample}: images from noise. */
final class SampleCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(SampleCommand.class);

  /** Of the bound in a sweep: enough to see where it bends. */
  private static final int SWEEP_TIMES = 32;

  private static final int SWEEP_IMAGES = 200;

  static final String JSON = "sample.json";
  private static final String NPZ = "samples.npz";
  private static final String GRID = "grid.png";
  private static final String BESIDE = "beside.png";
  private static final String GIF = "denoising.gif";
  private static final String BOUND = "bound.png";

  @Override
  public String name() {
    return "sample";
  }

  @Override
  public String summary() {
    return "draw images from a trained model";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN");
  }

  @Override
  public String examples() {
    return """
          mulan sample runs/digits                         64 images: a grid, one by one, npz
          mulan sample runs/digits --steps 1000 --seed 7   more steps, other images
          mulan sample runs/digits --sampler flow          along the probability flow
          mulan sample runs/digits --gif                   and a moving picture of the denoising
          mulan sample runs/a --class 3                    images of one class, where the model is told
          mulan sample runs/digits --like test --count 16  latents of the test images
          mulan sample runs/digits --steps-sweep 4,16,64   what the number of steps does
          mulan launch --processes 4 -- sample runs/a --count 5000   in four processes
        """;
  }

  @Override
  public Options options() {
    return ClusterOptions.add(SamplingOptions.of(TrainedOptions.add(new Options())));
  }

  @Override
  public int run(Arguments given) {
    try (TrainedRun run = TrainedOptions.read(given)) {
      return sample(given, run);
    }
  }

  private static int sample(Arguments given, TrainedRun run) {
    Terminal terminal = given.terminal();
    SamplingOptions options = SamplingOptions.read(given, run.config());
    SamplingPlan plan = options.plan();
    SampleBatches.Latents latents = latents(given, run, plan);
    OutFolder out = TrainedOptions.out(given, run, "samples", options.name(), JSON);
    Optional<ImageSet> beside =
        Optional.ofNullable(given.text("beside"))
            .map(name -> ImageChoice.named(name, given, run).first(plan.count()));
    Map<String, String> facts = WorkerGroup.program();
    facts.put("checkpoint", run.fingerprint());
    facts.put(
        "way to draw", options + given.text("like") + given.text("latents"));
    WorkerGroup together =
        ClusterOptions.group(given, facts, "start all again with the same commands");
    if (together.workers().isChief()) {
      out.requireWritable();
    }
    Asked asked =
        new Asked(run, options, plan, latents, beside, out, together.workers(), given.out(), terminal);
    return together.work(
        () -> {
          LOG.info("building the model...");
          try (SamplingModel model = SamplingModel.open(run, plan.sampler(), plan.seed())) {
            terminal.watch("stopping");
            return (options.sweep().isEmpty() ? asked.draw(model) : asked.sweep(model))
                ? ExitCode.OK
                : ExitCode.INTERRUPTED;
          }
        });
  }

  /** What {@code --like} or {@code --latents} says, or the prior. */
  private static SampleBatches.Latents latents(
      Arguments given, TrainedRun run, SamplingPlan plan) {
    if (given.has("latents")) {
      Path file = given.path("latents");
      return SampleBatches.Latents.given(file, run.config().data(), plan);
    }
    if (given.has("like")) {
      ImageSet images = ImageChoice.named(given.text("like"), given, run);
      return SampleBatches.Latents.like(images, plan.seed());
    }
    return SampleBatches.Latents.prior(run, plan);
  }

  /**
   * What was asked for.
   *
   * @param latents where they come from
   * @param beside images for a second grid
   * @param folder to write to, as the chief does
   */
  private record Asked(
      TrainedRun run,
      SamplingOptions options,
      SamplingPlan plan,
      SampleBatches.Latents latents,
      Optional<ImageSet> beside,
      OutFolder folder,
      Workers workers,
      PrintStream out,
      Terminal terminal) {

    /** Whether all were drawn. What was drawn before an interruption or a failure is kept. */
    boolean draw(SamplingModel model) {
      List<ImageSet> frames = new ArrayList<>();
      Consumer<Supplier<ImageSet>> looks =
          options.gif() ? look -> frames.add(look.get()) : look -> {};
      if (!workers.isChief()) {
        return drawing(plan).draw(model, latents, looks, (levels, used) -> {});
      }
      long start = System.nanoTime();
      try (DrawnFile file = new DrawnFile(folder.resolve(NPZ), run)) {
        boolean all = false;
        try {
          all = drawing(plan).draw(model, latents, looks, file);
        } finally {
          if (!all) {
            keep(file);
          }
        }
        if (all) {
          double seconds = (System.nanoTime() - start) / 1e9;
          tell(
              "%d images, %s, seed %d, weights of step %d: %s in all, %.3g s an image",
              plan.count(),
              plan.way() instanceof SamplingPlan.Steps chain
                  ? chain.name() + " in " + chain.steps() + " steps"
                  : "probability flow",
              plan.seed(),
              run.step(),
              Text.duration(seconds),
              seconds / plan.count());
          write(file, plan.settings(), frames);
        }
        return all;
      }
    }

    /** Keeps what was drawn of more, unless it would take the place of an earlier draw. */
    private void keep(DrawnFile file) {
      if (file.count() == 0 || folder.isTaken()) {
        LOG.info("stopped early: nothing is written; the same command draws the same images");
        return;
      }
      Map<String, Object> settings = plan.settings();
      settings.put("count", file.count());
      settings.put("asked", plan.count());
      write(file, settings, List.of());
      LOG.info(
          "stopped early: {} of {} images are written; the same command draws all",
          file.count(),
          plan.count());
    }

    /** Writes the images, then what they were made with, then pictures, which are the least. */
    private void write(DrawnFile file, Map<String, Object> settings, List<ImageSet> frames) {
      folder.clear(GRID, BESIDE, GIF, BOUND);
      file.write(); // in the place of an earlier one, which is not removed before
      Provenance.of(run, settings).write(folder.resolve(JSON));
      List<String> files = new ArrayList<>(List.of(NPZ, JSON));
      if (Pictures.shows(run.image())) {
        files.addAll(pictures(file.images(), frames));
      }
      tell("files: %s (%s)", folder, String.join(", ", files));
    }

    private List<String> pictures(ImageSet images, List<ImageSet> frames) {
      List<String> files = new ArrayList<>();
      int count = images.count();
      Pictures.grid(folder.resolve(GRID), images);
      files.add(GRID + Pictures.first(ImageGrid.most(images.shape()), count));
      int alone = Pictures.each(folder.resolve("images"), images);
      files.add("images/" + Pictures.first(alone, count));
      if (beside.isPresent()) {
        Pictures.beside(folder.resolve(BESIDE), images, beside.get());
        files.add(BESIDE);
      }
      if (!frames.isEmpty()) {
        Pictures.gif(folder.resolve(GIF), frames);
        files.add(GIF);
      }
      return files;
    }

    private SampleBatches drawing(SamplingPlan by) {
      return new SampleBatches(run, by, workers, terminal);
    }

    /** Whether all was measured and drawn. What was before an interruption or a failure is kept. */
    boolean sweep(SamplingModel model) {
      ImageSet test = Datasets.open(run.config().data()).test().first(SWEEP_IMAGES);
      Map<Integer, Estimate> bounds = new LinkedHashMap<>();
      Map<Integer, ImageSet> images = new LinkedHashMap<>();
      tell("steps   bits/dim of the chain (bound, %d test images)", test.count());
      boolean all = false;
      try {
        for (int steps : options.sweep()) {
          bounds.put(steps, bound(steps, test));
          tell("%5d   %s", steps, bounds.get(steps).text());
          images.put(steps, images(model, steps));
        }
        all = true;
      } catch (Stopped e) {
        LOG.info("stopped early: {} of {} are measured", bounds.size(), options.sweep().size());
      } finally {
        if (workers.isChief() && (all || (!bounds.isEmpty() && !folder.isTaken()))) {
          write(bounds, images);
        }
      }
      return all;
    }

    /** Images of so many steps, as many as the picture shows. */
    private ImageSet images(SamplingModel model, int steps) {
      int most = ImageGrid.mostColumns(run.image(), options.sweep().size());
      return drawing(plan.withSteps(steps).withAtMost(most)).few(model, latents);
    }

    private void write(Map<Integer, Estimate> bounds, Map<Integer, ImageSet> images) {
      folder.clear(GRID, BESIDE, GIF, BOUND, NPZ);
      Map<String, Object> settings = plan.settings();
      bounds.forEach((steps, bound) -> settings.put("bound at " + steps + " steps", bound));
      Provenance.of(run, settings).write(folder.resolve(JSON));
      Pictures.bounds(
          folder.resolve(BOUND),
          bounds.keySet().stream().mapToDouble(steps -> steps).toArray(),
          bounds.values().stream().mapToDouble(Estimate::bitsPerDim).toArray(),
          bounds.values().stream().mapToDouble(Estimate::errorBar).toArray());
      boolean shown = !images.isEmpty() && Pictures.shows(run.image());
      if (shown) {
        Pictures.rows(
            folder.resolve(GRID),
            List.copyOf(images.values()),
            images.keySet().stream().map(steps -> "T = " + steps).toList());
      }
      tell("files: %s (%s%s, %s)", folder, shown ? GRID + ", " : "", BOUND, JSON);
    }

    private void tell(String text, Object... values) {
      if (workers.isChief()) {
        out.println(String.format(Locale.ROOT, text, values));
      }
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
                SWEEP_TIMES,
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
  }
}
