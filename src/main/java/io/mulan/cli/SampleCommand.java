package io.mulan.cli;

import io.mulan.cluster.WorkerGroup;
import io.mulan.cluster.Workers;
import io.mulan.console.ExitCode;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.results.OutFolder;
import io.mulan.results.SampleFiles;
import io.mulan.results.StepSweep;
import io.mulan.run.SampleBatches;
import io.mulan.run.SamplingModel;
import io.mulan.run.SamplingPlan;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** {@code mulan sample}: images from noise. */
final class SampleCommand implements ModelCommand {

  @Override
  public String name() {
    return "sample";
  }

  @Override
  public String summary() {
    return "draw images from a trained model";
  }

  @Override
  public String examples() {
    return """
          mulan sample runs/digits                         64 images: a grid, one by one, npz
          mulan sample runs/digits --steps 1000 --seed 7   more steps, other images
          mulan sample runs/digits --sampler dpmpp-2m --steps 16   in a few steps
          mulan sample runs/digits --sampler flow          along the probability flow
          mulan sample runs/digits --gif                   and a moving picture of the denoising
          mulan sample runs/a --class 3                    images of one class, for a conditional model
          mulan sample runs/digits --like test --count 16  latents of the test images
          mulan sample runs/digits --steps-sweep 4,16,64   what the number of steps does
          mulan sample runs/digits --sampler ddim,dpmpp-2m,heun --steps-sweep 8,16   and the sampler
          mulan launch --processes 4 -- sample runs/a --count 5000   in four processes
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .with(SamplingOptions::add)
        .with(ClusterOptions::add);
  }

  @Override
  public int run(Arguments given, TrainedRun run) {
    Terminal terminal = given.terminal();
    SamplingOptions options = SamplingOptions.read(given, run.config());
    SamplingPlan plan = options.plan();
    SampleBatches.Latents latents = latents(given, run, plan);
    OutFolder out = TrainedOptions.out(given, run, "samples", options.name(), SampleFiles.JSON);
    Optional<ImageSet> compared =
        Optional.ofNullable(given.text("beside"))
            .map(name -> ImageChoice.named(name, given, run).first(plan.count()));
    Map<String, String> facts = WorkerGroup.program();
    facts.put("checkpoint", run.fingerprint());
    facts.put("way to draw", options + given.text("like") + given.text("latents"));
    WorkerGroup together =
        ClusterOptions.group(given, facts, "start all again with the same commands");
    Workers workers = together.workers();
    if (workers.isChief()) {
      out.requireWritable();
    }
    Consumer<String> lines = given.out()::println;
    return together.work(
        () -> {
          log().info("building the model...");
          terminal.watch("stopping");
          boolean all;
          if (options.sweep().isEmpty()) {
            try (SamplingModel model = SamplingModel.open(run, plan)) {
              all =
                  new SampleFiles(
                          run,
                          plan,
                          latents,
                          compared,
                          options.gif(),
                          out,
                          workers,
                          terminal,
                          lines)
                      .draw(model);
            }
          } else {
            all =
                new StepSweep(run, plan, latents, options.sweep(), out, workers, terminal, lines)
                    .measure();
          }
          return all ? ExitCode.OK : ExitCode.INTERRUPTED;
        });
  }

  /** What {@code --like} or {@code --latents} says, or the prior. */
  private static SampleBatches.Latents latents(Arguments given, TrainedRun run, SamplingPlan plan) {
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
}
