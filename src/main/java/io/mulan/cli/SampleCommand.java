package io.mulan.cli;

import io.mulan.config.DataConfig;
import io.mulan.data.ImageSet;
import io.mulan.data.NpyArray;
import io.mulan.data.Npz;
import io.mulan.flow.FlowSolver;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.likelihood.BoundEstimator;
import io.mulan.likelihood.BoundGraph;
import io.mulan.training.TrainedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** {@code mulan sample}: images from noise. */
final class SampleCommand implements Command {
  private static final Logger LOG = LogManager.getLogger(SampleCommand.class);

  /** Of the bound in a sweep: enough to see where it bends. */
  private static final int SWEEP_TIMES = 32;

  private static final int SWEEP_IMAGES = 200;

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
          mulan sample runs/a --class 3                   images of one class, where the model is told
          mulan sample runs/digits --like test --count 16  latents of the test images
          mulan sample runs/digits --steps-sweep 4,16,64   what the number of steps does
        """;
  }

  @Override
  public Options options() {
    return SamplingOptions.of(TrainedRun.options(new Options()));
  }

  @Override
  public int run(CommandLine line, Interruption interruption) {
    TrainedRun run = TrainedRun.of(line);
    SamplingOptions options = SamplingOptions.read(line, run.config());
    Drawing.Latents latents = Drawing.Latents.read(line, run, options);
    Path out = out(line, run, "samples", options.name());
    Optional<ImageSet> beside =
        Optional.ofNullable(line.getOptionValue("beside"))
            .map(name -> ImageChoice.named(name, run).first(options.count()));
    Drawing drawing = new Drawing(run, options, interruption);
    LOG.info("building the model...");
    try (SamplingModel model = SamplingModel.open(run, drawing.sampler(), options.seed())) {
      interruption.watch("stopping");
      if (options.sweep().isEmpty()) {
        draw(run, options, drawing, model, latents, beside, out);
      } else {
        sweep(run, options, model, latents, interruption, out);
      }
      return ExitCode.OK;
    } catch (FlowSolver.Stopped e) {
      LOG.info("interrupted: nothing is written; the same command draws the same images");
      return ExitCode.INTERRUPTED;
    }
  }

  /** Where to write: what {@code --out} says, or a folder of the run. */
  static Path out(CommandLine line, TrainedRun run, String kind, String name) {
    return line.hasOption("out")
        ? ConfigOptions.path(line.getOptionValue("out"))
        : run.results().resolve(kind).resolve(name);
  }

  private static void draw(
      TrainedRun run,
      SamplingOptions options,
      Drawing drawing,
      SamplingModel model,
      Drawing.Latents latents,
      Optional<ImageSet> beside,
      Path out) {
    List<ImageSet> frames = new ArrayList<>();
    long start = System.nanoTime();
    Drawing.Drawn drawn =
        drawing.draw(model, latents, options.gif() ? look -> frames.add(look.get()) : look -> {});
    double seconds = (System.nanoTime() - start) / 1e9;
    Pictures.grid(out.resolve("grid.png"), drawn.images());
    Pictures.each(out.resolve("images"), drawn.images());
    writeNpz(out.resolve("samples.npz"), drawn, run.config().data());
    String files = "grid.png, images/, samples.npz, sample.json";
    if (beside.isPresent()) {
      Pictures.beside(out.resolve("beside.png"), drawn.images(), beside.get());
      files += ", beside.png";
    }
    if (options.gif()) {
      Pictures.gif(out.resolve("denoising.gif"), frames);
      files += ", denoising.gif";
    }
    Provenance.of(run, options.settings()).write(out.resolve("sample.json"));
    System.out.printf(
        Locale.ROOT,
        "%d images, %s, seed %d, weights of step %d: %s in all, %.3g s an image%n",
        options.count(),
        options.way() == SamplingOptions.Way.FLOW
            ? "probability flow"
            : OptionValues.name(options.way()) + " in " + options.steps() + " steps",
        options.seed(),
        run.step(),
        Durations.of(seconds),
        seconds / options.count());
    System.out.println("files: " + out + " (" + files + ")");
  }

  private static void writeNpz(Path file, Drawing.Drawn drawn, DataConfig data) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("images", drawn.images().toArray());
    int count = drawn.images().count();
    int width = drawn.latents().length / count;
    int size = width - data.conditions();
    float[] latents = new float[count * size];
    int[] classes = new int[count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(drawn.latents(), i * width, latents, i * size, size);
      while (data.classes() > 0 && drawn.latents()[i * width + size + classes[i]] == 0) {
        classes[i]++;
      }
    }
    arrays.put("latents", NpyArray.of(latents, count, size));
    if (data.classes() > 0) {
      arrays.put("labels", NpyArray.of(classes, count));
    }
    Npz.write(file, arrays);
  }

  /** A line of a sweep. */
  private record Sweep(int steps, BoundEstimate bound, ImageSet images) {}

  private static void sweep(
      TrainedRun run,
      SamplingOptions options,
      SamplingModel model,
      Drawing.Latents latents,
      Interruption interruption,
      Path out) {
    ImageSet test = ImageChoice.named("test", run).first(SWEEP_IMAGES);
    List<Sweep> lines = new ArrayList<>();
    System.out.printf("steps   bits/dim of the chain (bound, %d test images)%n", test.count());
    for (int steps : options.sweep()) {
      BoundEstimate bound = bound(run, steps, test, options);
      System.out.printf("%5d   %s%n", steps, Figures.withError(bound.total()));
      Drawing.Drawn drawn =
          new Drawing(run, options.withSteps(steps), interruption)
              .draw(model, latents, frame -> {});
      lines.add(new Sweep(steps, bound, drawn.images()));
    }
    Pictures.rows(
        out.resolve("grid.png"),
        lines.stream().map(Sweep::images).toList(),
        lines.stream().map(s -> "T = " + s.steps()).toList());
    Pictures.bounds(
        out.resolve("bound.png"),
        lines.stream().map(Sweep::steps).toList(),
        lines.stream().map(s -> s.bound().total()).toList());
    Map<String, Object> settings = options.settings();
    lines.forEach(s -> settings.put("bound at " + s.steps() + " steps", s.bound().total()));
    Provenance.of(run, settings).write(out.resolve("sample.json"));
    System.out.println("files: " + out + " (grid.png, bound.png, sample.json)");
  }

  /** The bound of the chain of this many steps. */
  private static BoundEstimate bound(
      TrainedRun run, int steps, ImageSet test, SamplingOptions options) {
    TrainedRun discrete = run.with("loss.timesteps=" + steps, "loss.times=antithetic");
    try (TrainedModel<BoundGraph> model = discrete.open(BoundGraph::build)) {
      int batch = run.config().training().batch();
      return new BoundEstimator(model.parts(), batch, SWEEP_TIMES, options.seed())
          .estimate(model.session(), test, done -> {});
    }
  }
}
