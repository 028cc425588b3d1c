package io.mulan.cli;

import io.mulan.config.DataConfig;
import io.mulan.data.ImageSet;
import io.mulan.data.NpyArray;
import io.mulan.data.Npz;
import io.mulan.flow.FlowSolver;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.BoundMeasurement;
import io.mulan.likelihood.Figure;
import io.mulan.training.TrainedModel;
import io.mulan.training.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
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
          mulan sample runs/a --class 3                    images of one class, where the model is told
          mulan sample runs/digits --like test --count 16  latents of the test images
          mulan sample runs/digits --steps-sweep 4,16,64   what the number of steps does
          mulan launch --processes 4 -- sample runs/a --count 5000   in four processes
        """;
  }

  @Override
  public Options options() {
    return ClusterOptions.add(SamplingOptions.of(TrainedRun.options(new Options())));
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
    Map<String, String> facts = Together.program();
    facts.put("checkpoint", run.fingerprint());
    facts.put(
        "way to draw", options + line.getOptionValue("like") + line.getOptionValue("latents"));
    Together together =
        Together.of(line, facts, "start all again with the same commands", interruption);
    Asked asked = new Asked(run, options, latents, beside, out, together.workers(), interruption);
    return together.work(
        () -> {
          LOG.info("building the model...");
          try (SamplingModel model = SamplingModel.open(run, options.sampler(), options.seed())) {
            interruption.watch("stopping");
            if (options.sweep().isEmpty()) {
              asked.draw(model);
            } else {
              asked.sweep(model);
            }
            return ExitCode.OK;
          } catch (FlowSolver.Stopped e) {
            LOG.info("interrupted: nothing is written; the same command draws the same images");
            return ExitCode.INTERRUPTED;
          }
        });
  }

  /** Where to write: what {@code --out} says, or a folder of the run. */
  static Path out(CommandLine line, TrainedRun run, String kind, String name) {
    return line.hasOption("out")
        ? ConfigOptions.path(line.getOptionValue("out"))
        : run.results().resolve(kind).resolve(name);
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
  private record Sweep(int steps, Figure bound, ImageSet images) {}

  /**
   * What was asked for.
   *
   * @param latents where they come from
   * @param beside images for a second grid
   * @param out the folder to write to, as the chief does
   */
  private record Asked(
      TrainedRun run,
      SamplingOptions options,
      Drawing.Latents latents,
      Optional<ImageSet> beside,
      Path out,
      Workers workers,
      Interruption interruption) {

    void draw(SamplingModel model) {
      List<ImageSet> frames = new ArrayList<>();
      long start = System.nanoTime();
      Drawing.Drawn drawn =
          drawing(options)
              .draw(model, latents, options.gif() ? look -> frames.add(look.get()) : look -> {});
      double seconds = (System.nanoTime() - start) / 1e9;
      if (!workers.isChief()) {
        return;
      }
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

    private Drawing drawing(SamplingOptions by) {
      return new Drawing(run, by, workers, interruption);
    }

    void sweep(SamplingModel model) {
      ImageSet test = ImageChoice.named("test", run).first(SWEEP_IMAGES);
      List<Sweep> lines = new ArrayList<>();
      tell("steps   bits/dim of the chain (bound, %d test images)", test.count());
      for (int steps : options.sweep()) {
        Figure bound = bound(steps, test);
        tell("%5d   %s", steps, Figures.withError(bound));
        Drawing.Drawn drawn = drawing(options.withSteps(steps)).draw(model, latents, frame -> {});
        lines.add(new Sweep(steps, bound, drawn.images()));
      }
      if (!workers.isChief()) {
        return;
      }
      Pictures.rows(
          out.resolve("grid.png"),
          lines.stream().map(Sweep::images).toList(),
          lines.stream().map(s -> "T = " + s.steps()).toList());
      Pictures.bounds(
          out.resolve("bound.png"),
          lines.stream().map(Sweep::steps).toList(),
          lines.stream().map(Sweep::bound).toList());
      Map<String, Object> settings = options.settings();
      lines.forEach(s -> settings.put("bound at " + s.steps() + " steps", s.bound()));
      Provenance.of(run, settings).write(out.resolve("sample.json"));
      tell("files: %s (grid.png, bound.png, sample.json)", out);
    }

    private void tell(String text, Object... values) {
      if (workers.isChief()) {
        System.out.println(String.format(Locale.ROOT, text, values));
      }
    }

    /** The bound of the chain of this many steps. */
    private Figure bound(int steps, ImageSet test) {
      TrainedRun discrete = run.with("loss.timesteps=" + steps, "loss.times=antithetic");
      try (TrainedModel<BoundGraph> chain = discrete.open(BoundGraph::build)) {
        BoundMeasurement measurement =
            new BoundMeasurement(
                chain.session(),
                chain.parts(),
                run.config().training().batch(),
                SWEEP_TIMES,
                options.seed(),
                test);
        SharedMeasurement shared = new SharedMeasurement(measurement, workers, interruption::asked);
        int total = shared.columns().indexOf(SharedMeasurement.TOTAL);
        DoubleStream.Builder nats = DoubleStream.builder();
        boolean all =
            shared.run(
                0, test.count(), done -> {}, values -> Arrays.stream(values[total]).forEach(nats));
        if (!all) {
          throw new FlowSolver.Stopped();
        }
        return Figure.of(nats.build().toArray(), test.shape().size());
      }
    }
  }
}
