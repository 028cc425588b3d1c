package io.mulan.cli;

import io.mulan.benchmark.DryRun;
import io.mulan.cli.Arguments.UsageException;
import io.mulan.cluster.BatchShare;
import io.mulan.cluster.Cluster;
import io.mulan.cluster.OpenPort;
import io.mulan.cluster.WorkerProcesses;
import io.mulan.cluster.Workers;
import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.config.RunConfig.Difference;
import io.mulan.console.ExitCode;
import io.mulan.data.DataIdentity;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.SignalPower;
import io.mulan.files.ConfigException;
import io.mulan.run.ClusterTraining;
import io.mulan.run.InitialWeights;
import io.mulan.run.Progress;
import io.mulan.run.RunFolder;
import io.mulan.run.RunResult;
import io.mulan.run.Training;
import io.mulan.run.TrainingReport;
import io.mulan.training.Checkpoints.Kept;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/** {@code mulan train}: trains a model, or resumes a run. */
final class TrainCommand implements Command {

  /** Settings of the data that may change in a run that is resumed. */
  private static final Set<String> MOVABLE =
      Set.of("data.path", "data.skip_bad", "data.allow_large");

  @Override
  public String name() {
    return "train";
  }

  @Override
  public String summary() {
    return "train a model and measure its likelihood";
  }

  @Override
  public String examples() {
    return """
          mulan train                                   the embedded digits, into runs/digits
          mulan train --preset photos --steps 500       patches of two photographs
          mulan train --set latent.size=20 --run runs/a another latent
          mulan train --preset cifar10 --dry-run        the published model: weights, memory, time
          mulan train --set data.kind=images --set data.path=DIR   your own pictures
          mulan train --init runs/digits-vdm            with the weights of another model
          mulan train --resume runs/digits              resume after an interruption
          mulan train --resume runs/digits --steps 4000 train further
          mulan train --cluster a:7000,b:7000 --task 0  with another machine, which has --task 1
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(ConfigOptions::model)
        .with(ConfigOptions::training)
        .with(ClusterOptions::add)
        .with(LaunchCommand::restarts)
        .value("run", "DIR", "the run folder (runs/PRESET)")
        .value(
            "init",
            "RUN|SAVEDMODEL|NPZ",
            "begin with its weights of the same name and shape, at step 0")
        .value(
            "init-weights",
            Arguments.names(Kept.class),
            "which of its weights: moving averages, or those of the last step (averages)")
        .value("resume", "DIR", "resume this run; --set training.KEY and --steps may change")
        .flag("other-data", "resume though the images are not those that the run was trained with")
        .flag("dry-run", "print configuration, weights, memory and time, and train nothing");
  }

  @Override
  public int run(Arguments given) {
    if (given.has("dry-run")) {
      DryRun.print(given.has("resume") ? resumed(given) : configured(given), given.out());
      return ExitCode.OK;
    }
    Optional<Cluster> cluster = ClusterOptions.read(given);
    if (given.has("restarts")) {
      return restarting(given);
    }
    cluster.ifPresent(c -> OpenPort.check(c, ClusterOptions.open(given)));
    boolean resumes = given.has("resume");
    if (!given.has("init")) {
      given.refuse("init-weights", "is for --init");
    }
    RunConfig asked = resumes ? resumed(given) : configured(given);
    Path folder = resumes ? given.path("resume") : newFolder(given);
    Dataset data = Datasets.open(asked.data());
    RunConfig config = SignalPower.resolve(asked, data);
    Training.checkBatch(config.training(), data);
    cluster.ifPresent(c -> BatchShare.of(c, config.training()));
    Duration patience = ClusterOptions.patience(given);
    DataIdentity identity = DataIdentity.of(data);
    Supplier<ClusterTraining> join =
        () ->
            ClusterTraining.join(
                cluster.orElseThrow(), patience, folder, config, data, identity, given.terminal());
    if (cluster.isPresent() && !cluster.get().chief()) {
      return join.get().asWorker();
    }
    Optional<InitialWeights> init =
        given.has("init")
            ? InitialWeights.of(folder, config, given.path("init"), kept(given))
            : Optional.empty();
    boolean others = given.has("other-data") || (resumes && leavesOutMore(folder, config));
    try (RunFolder run =
        resumes ? RunFolder.resume(folder, config) : RunFolder.open(folder, config)) {
      run.requireData(identity, others);
      run.writeConfig(); // only now: a run that is refused stays as it is
      init.ifPresent(weights -> weights.begin(run, data.train().shape()));
      if (cluster.isEmpty()) {
        return train(run, data, Workers.alone(), given);
      }
      ClusterTraining together = join.get();
      return together.asChief(() -> train(run, data, together.workers(), given));
    }
  }

  /** Runs in a process of its own, which is started again if it ends because another is lost. */
  private static int restarting(Arguments given) {
    List<String> arguments = new ArrayList<>(List.of("train"));
    for (Option option : given.options()) {
      if (option.getLongOpt().equals("restarts")) {
        continue;
      }
      arguments.add("--" + option.getLongOpt());
      if (option.hasArg()) {
        arguments.add(option.getValue());
      }
    }
    given.terminal().watch("stopping");
    return new WorkerProcesses(
            Main.class,
            given.around(),
            List.of(new WorkerProcesses.Start("this worker", arguments, Map.of(), List.of())),
            ClusterOptions.patience(given).multipliedBy(2))
        .run(given.count("restarts", 0, 0));
  }

  /** Whether images that cannot be read are left out from now on: then the data are others. */
  private static boolean leavesOutMore(Path folder, RunConfig config) {
    return config.data().skipBad() && !RunFolder.readConfig(folder).data().skipBad();
  }

  private static RunConfig configured(Arguments given) {
    return ConfigOptions.read(given, ConfigOptions.trainingSettings(given));
  }

  /**
   * The configuration of the run to resume, with the training settings changed that were asked for.
   */
  private static RunConfig resumed(Arguments given) {
    given.refuse("init", "is for a run that begins: leave it out, or --resume");
    for (String other : List.of("preset", "config", "run")) {
      if (given.has(other)) {
        throw new UsageException(
            "--resume takes its configuration from the run folder: leave --" + other + " out");
      }
    }
    Path path = given.path("resume");
    RunConfig there = RunFolder.readConfig(path);
    RunConfig config =
        ConfigOptions.placed(
            given,
            ConfigReader.override(
                there,
                Stream.concat(
                        given.texts("set").stream(), ConfigOptions.trainingSettings(given).stream())
                    .toList()));
    List<Difference> changed = RunConfig.differences(there, config);
    for (Difference d : changed) {
      if (!mayChange(d.key())) {
        throw new ConfigException(
            d.key()
                + " cannot change in a run that is resumed ("
                + d.left()
                + " in "
                + path
                + "); only training.* (but training.optimizer), data.path, data.skip_bad and"
                + " data.allow_large can: start another run with --run");
      }
    }
    List<Long> made = RunFolder.checkpoints(path, config).steps();
    long steps = made.isEmpty() ? 0 : made.get(made.size() - 1);
    if (config.training().steps() < steps) {
      throw new ConfigException(
          "%s has made %d steps, more than --steps %d; name as many or more (mulan evaluate %s --step N measures an earlier one that is kept)"
              .formatted(path, steps, config.training().steps(), path));
    }
    if (changed.isEmpty() && RunFolder.finished(path)) {
      throw new ConfigException(
          path
              + " is finished ("
              + there.training().steps()
              + " steps); train it further with"
              + " --steps "
              + 2L * there.training().steps());
    }
    return config;
  }

  /**
   * Whether a run that is resumed may have another value of a setting. What one optimiser keeps of
   * the gradients means nothing to the other.
   */
  private static boolean mayChange(String key) {
    return key.startsWith("training.") ? !key.equals("training.optimizer") : MOVABLE.contains(key);
  }

  private static Kept kept(Arguments given) {
    return given.choice("init-weights", Kept.AVERAGES, Kept.class);
  }

  private static Path newFolder(Arguments given) {
    if (given.has("run")) {
      return given.path("run");
    }
    return given.typed("runs").resolve(ConfigOptions.name(given));
  }

  private int train(RunFolder run, Dataset data, Workers workers, Arguments given) {
    Optional<RunResult> result =
        Training.run(run, data, workers, given.terminal(), Progress.Frame.NONE);
    if (result.isEmpty()) {
      log().info("resume with: mulan train --resume {}", run.path());
      return ExitCode.INTERRUPTED;
    }
    given.out().print(TrainingReport.of(result.get(), run, data));
    return ExitCode.OK;
  }
}
