package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.flow.FlowSolver.Tolerance;
import io.mulan.results.OutFolder;
import io.mulan.results.Reconstruction;
import io.mulan.run.ChosenImages;
import io.mulan.run.TrainedRun;

/** {@code mulan reconstruct}: images to noise along the probability flow, and back. */
final class ReconstructCommand implements ModelCommand {
  private static final int COUNT = 16;

  @Override
  public String name() {
    return "reconstruct";
  }

  @Override
  public String summary() {
    return "encode images by the probability flow and decode them again";
  }

  @Override
  public String examples() {
    return """
          mulan reconstruct runs/digits                          the first 16 test images
          mulan reconstruct runs/digits --images DIR             your own images
          mulan reconstruct runs/digits --rtol 1e-3 --atol 1e-3  how the error depends on them
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .with(ImageChoice::options)
        .with(TrainedOptions::flow);
  }

  @Override
  public int run(Arguments given, TrainedRun run) {
    Tolerance tolerance = given.tolerance();
    ChosenImages choice = ImageChoice.read(given, run, COUNT);
    OutFolder out =
        TrainedOptions.out(given, run, "reconstructions", choice.name(), Reconstruction.JSON);
    return new Reconstruction(run, choice, tolerance, out, given.terminal(), given.out()::println)
            .write()
        ? ExitCode.OK
        : ExitCode.INTERRUPTED;
  }
}
