package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.config.RunConfig;
import io.mulan.console.ExitCode;
import io.mulan.console.Text;
import io.mulan.data.Datasets;
import io.mulan.diffusion.ModelParts;
import io.mulan.files.ConfigException;
import io.mulan.interop.FlaxCheckpoint;
import io.mulan.interop.ImportedConfig;
import io.mulan.interop.NpzState;
import io.mulan.run.RunFolder;
import io.mulan.run.RunOutcome;
import io.mulan.training.Checkpoints;
import io.mulan.training.Interval;
import io.mulan.training.RunState;
import java.nio.file.Path;

/** {@code mulan import}: a checkpoint of another program as a run. */
final class ImportCommand implements Command {

  @Override
  public String name() {
    return "import";
  }

  @Override
  public String summary() {
    return "make a run of a checkpoint of the published code, or of a NumPy archive";
  }

  @Override
  public String examples() {
    return """
          mulan import --flax ckpt-9.flax --config cifar10.py     into runs/cifar10
          mulan import --flax ckpt-9.flax --config cifar10.json   its configuration as JSON
          mulan import --flax a.flax --config c.py --to runs/a    another folder
          mulan import --npz state.npz --config config.yaml       arrays with the names that they have here
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .value("flax", "FILE", "a checkpoint of MuLAN or VDM that Flax wrote (ckpt-N.flax)")
        .value("npz", "FILE", "a NumPy archive (docs/interchange.md)")
        .value("config", "FILE", "of its training: .py, .json, .yaml, or one of this program")
        .value("set", "KEY=VALUE", "one setting over it; may be repeated")
        .value("to", "DIR", "the run folder to make (runs/NAME of config)");
  }

  @Override
  public int run(Arguments given) {
    if (given.has("flax") == given.has("npz")) {
      throw new UsageException(
          "mulan import needs one of --flax FILE and --npz FILE (mulan import --help)");
    }
    if (!given.has("config")) {
      throw new UsageException(
          "mulan import needs --config FILE, the configuration that the weights were trained with"
              + " (mulan import --help)");
    }
    Path file = given.path(given.has("flax") ? "flax" : "npz");
    RunConfig config = ImportedConfig.read(given.path("config"), given.texts("set"));
    Path folder =
        given.has("to") ? given.path("to") : given.typed("runs").resolve(ConfigOptions.name(given));
    log().info("reading {}...", file);
    try (RunState state = new RunState(config, Datasets.shape(config.data()).image())) {
      if (given.has("flax")) {
        FlaxCheckpoint.read(file, state);
      } else {
        NpzState.read(file, state);
      }
      save(state, folder, config);
      given.out().print(report(state, folder, file));
      return ExitCode.OK;
    }
  }

  private static void save(RunState state, Path folder, RunConfig config) {
    try (RunFolder run = RunFolder.open(folder, config)) {
      Checkpoints checkpoints = run.checkpoints();
      if (!checkpoints.steps().isEmpty()) {
        throw new ConfigException(
            folder + " has checkpoints already; name another folder with --to");
      }
      checkpoints.save(state, state.steps(), Interval.NONE);
      run.writeOutcome(new RunOutcome(RunOutcome.State.IMPORTED, state.steps()));
    }
  }

  private static String report(RunState state, Path folder, Path file) {
    return """
        %s: %s at step %s
        every array has the name and shape that the configuration asks for
        %s
        next
          mulan evaluate %s
        """
        .formatted(
            folder,
            file.getFileName(),
            Text.count(state.steps()),
            Text.weights(ModelParts.counts(state.weights())),
            folder);
  }
}
