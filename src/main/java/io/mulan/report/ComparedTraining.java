package io.mulan.report;

import io.mulan.cluster.Workers;
import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.data.DataIdentity;
import io.mulan.data.Dataset;
import io.mulan.run.RunFolder;
import io.mulan.run.RunLog;
import io.mulan.run.RunResult;
import io.mulan.run.Training;
import io.mulan.training.DivergedException;
import io.mulan.training.Metrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The runs of a comparison, trained one after another, each in a folder of its own. */
public final class ComparedTraining {
  private static final Logger LOG = LogManager.getLogger(ComparedTraining.class);

  /** A run to be there. */
  private record Planned(String preset, long seed, Path folder, RunConfig config) {

    boolean finished() {
      return RunFolder.begun(folder) && RunFolder.finished(folder);
    }

    int steps() {
      return config.training().steps();
    }

    /** Steps that are kept. */
    long kept() {
      if (finished()) {
        return steps();
      }
      List<Long> saved = RunFolder.checkpoints(folder, config).steps();
      return saved.isEmpty() ? 0 : saved.get(saved.size() - 1);
    }
  }

  private final List<Planned> runs = new ArrayList<>();
  private final List<String> presets;

  /** What runs diverged with. */
  private final Map<Planned, String> diverged = new HashMap<>();

  /** Steps to be made and made, of all runs together; those of runs that diverged are not to be. */
  private long toDo;

  private long done;
  private final long start = System.nanoTime();

  /**
   * The runs of these configurations; all presets of the first seed come first.
   *
   * @param seeds how many, from 0 on
   * @throws io.mulan.files.ConfigException if a folder holds something else
   */
  public ComparedTraining(Map<String, RunConfig> configs, int seeds, Path out) {
    presets = List.copyOf(configs.keySet());
    for (int i = 0; i < seeds; i++) {
      long seed = i;
      configs.forEach(
          (name, config) -> {
            Path folder = out.resolve(ComparedPreset.Run.name(name, seed));
            RunConfig seeded = ConfigReader.override(config, List.of("training.seed=" + seed));
            runs.add(new Planned(name, seed, folder, seeded));
          });
    }
    for (Planned run : runs) {
      if (RunFolder.begun(run.folder())) {
        RunFolder.checkSame(run.folder(), run.config(), "name another folder with --out");
      }
      toDo += run.steps() - run.kept();
    }
  }

  /**
   * Trains what is not finished.
   *
   * @return whether it was not interrupted
   */
  public boolean run(Dataset data, Terminal terminal) {
    DataIdentity identity = DataIdentity.of(data);
    for (int i = 0; i < runs.size(); i++) {
      Planned planned = runs.get(i);
      if (planned.finished()) {
        LOG.info("{} is finished", planned.folder());
        continue;
      }
      if (terminal.asked() || !train(planned, i + 1, data, identity, terminal)) {
        return false;
      }
    }
    return true;
  }

  private boolean train(
      Planned planned, int number, Dataset data, DataIdentity identity, Terminal terminal) {
    String which = "run %d of %d, ".formatted(number, runs.size());
    long kept = planned.kept();
    LOG.info("{}{} with seed {}", which, planned.preset(), planned.seed());
    try (RunFolder run = RunFolder.open(planned.folder(), planned.config())) {
      run.requireData(identity, false);
      Optional<RunResult> result =
          Training.run(
              run,
              data,
              Workers.alone(),
              terminal,
              (step, line) -> which + line + ", " + left(step - kept));
      result.ifPresent(r -> LOG.info("{}: {} bits/dim", run.path(), r.bound().total().text()));
      return result.isPresent();
    } catch (DivergedException e) {
      diverged.put(planned, e.getMessage());
      LOG.error("{}: {}", planned.folder(), e.getMessage());
      return true;
    } finally {
      done += planned.steps() - kept;
      RunLog.detach();
    }
  }

  /** Of all runs, at the pace until now: with all that is done between steps. */
  private String left(long stepsOfThis) {
    long made = done + stepsOfThis;
    double each = (System.nanoTime() - start) / 1e9 / made;
    return Text.duration((toDo - made) * each) + " of all runs";
  }

  public boolean diverged() {
    return !diverged.isEmpty();
  }

  /** What there is in the folders. */
  public List<ComparedPreset> presets() {
    return presets.stream()
        .map(
            name ->
                new ComparedPreset(
                    name,
                    runs.stream()
                        .filter(r -> r.preset().equals(name))
                        .map(this::compared)
                        .toList()))
        .toList();
  }

  private ComparedPreset.Run compared(Planned run) {
    ComparedPreset.Run.State state = ComparedPreset.Run.State.UNFINISHED;
    if (diverged.containsKey(run)) {
      state = ComparedPreset.Run.State.DIVERGED;
    } else if (run.finished()) {
      state = ComparedPreset.Run.State.FINISHED;
    }
    return new ComparedPreset.Run(
        run.preset(),
        run.seed(),
        run.folder(),
        state,
        diverged.getOrDefault(run, ""),
        Metrics.read(run.folder()).curve(Metrics.TEST_BOUND));
  }
}
