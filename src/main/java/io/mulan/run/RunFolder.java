package io.mulan.run;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.config.RunConfig.Difference;
import io.mulan.data.DataIdentity;
import io.mulan.files.AtomicFile;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import io.mulan.files.ProgramLock;
import io.mulan.tf.CheckpointException;
import io.mulan.training.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The folder of one run: {@code config.yaml} (resolved), {@code data.json} (what its data are known
 * by), {@code checkpoints/}, {@code metrics.jsonl}, TensorBoard event files, {@code mulan.log},
 * {@code outcome.json} (how it ended) and, once finished, {@code result.json}. Only one program at
 * a time trains in it.
 */
public final class RunFolder implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(RunFolder.class);
  private static final String CONFIG = "config.yaml";
  private static final String RESULT = "result.json";
  private static final String OUTCOME = "outcome.json";
  private static final String LOCK = ".lock";

  private final Path path;
  private final RunConfig config;
  private final ProgramLock lock;

  private RunFolder(Path path, RunConfig config, ProgramLock lock) {
    this.path = path;
    this.config = config;
    this.lock = lock;
  }

  /**
   * A new run, or an unfinished one of the same configuration.
   *
   * @throws ConfigException if the folder holds something else; the message says what to do
   */
  public static RunFolder open(Path path, RunConfig config) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new ConfigException(path + " is a file; name a folder");
    }
    if (!begun(path)) {
      create(path);
      RunFolder run = new RunFolder(path, config, lock(path));
      run.writeConfig();
      return run;
    }
    checkSame(
        path,
        config,
        "name another folder with --run, or resume that run: mulan train --resume " + path);
    if (finished(path)) {
      throw new ConfigException(
          path
              + " holds a finished run ("
              + config.training().steps()
              + " steps); name another folder with --run, or train it further: mulan train --resume "
              + path
              + " --steps "
              + 2L * config.training().steps());
    }
    return new RunFolder(path, config, lock(path));
  }

  /**
   * That the run in this folder is of this configuration.
   *
   * @param wayOn what the user can do if it is not
   * @throws ConfigException if it is not, or there is none
   */
  public static void checkSame(Path path, RunConfig config, String wayOn) {
    List<Difference> differences = RunConfig.differences(readConfig(path), config);
    if (!differences.isEmpty()) {
      throw new ConfigException(
          path + " holds a run of another configuration (" + summary(differences) + "); " + wayOn);
    }
  }

  /**
   * A run to resume, whatever is left of it to do.
   *
   * @param config its own, perhaps with other training settings, for {@link #writeConfig} to keep
   */
  public static RunFolder resume(Path path, RunConfig config) {
    return new RunFolder(path, config, lock(path));
  }

  /**
   * The configuration of the run in this folder.
   *
   * @throws ConfigException if there is none
   */
  public static RunConfig readConfig(Path path) {
    if (!Files.isDirectory(path)) {
      throw new ConfigException(
          path + " is not there; start a run with: mulan train --run " + path);
    }
    if (!Files.isRegularFile(path.resolve(CONFIG))) {
      throw new ConfigException(
          path + " holds no run (there is no " + CONFIG + " in it); name another folder");
    }
    return ConfigReader.readComplete(path.resolve(CONFIG));
  }

  /** Whether the run in this folder has the result of all its steps. */
  public static boolean finished(Path path) {
    return result(path)
        .map(done -> done.steps() >= readConfig(path).training().steps())
        .orElse(false);
  }

  /** The result of the run in this folder, if it is finished. */
  public static Optional<RunResult> result(Path path) {
    return read(path.resolve(RESULT), RunResult.class);
  }

  /** How the run in this folder ended, if that was written. */
  public static Optional<RunOutcome> outcome(Path path) {
    return read(path.resolve(OUTCOME), RunOutcome.class);
  }

  private static <R extends Record> Optional<R> read(Path file, Class<R> type) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JsonFile.read(file, type));
    } catch (IOException e) {
      throw new ConfigException(
          file + " cannot be read: " + IoReason.of(e) + "; remove it and resume with --resume", e);
    }
  }

  private static String summary(List<Difference> differences) {
    Difference first = differences.get(0);
    String more = differences.size() == 1 ? "" : " and " + (differences.size() - 1) + " more";
    return first.key() + ": " + first.left() + " there, " + first.right() + " asked for" + more;
  }

  /**
   * Whether there is a folder that holds anything; of a run or not. What a beginning that was cut
   * off left does not count: the same command begins again.
   */
  public static boolean begun(Path path) {
    if (!Files.exists(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return !entries.allMatch(
          p -> p.getFileName().toString().equals(LOCK) || AtomicFile.isUnfinished(p));
    } catch (IOException e) {
      throw new ConfigException(path + " cannot be read: " + IoReason.of(e), e);
    }
  }

  private static void create(Path path) {
    try {
      AtomicFolder.make(path);
    } catch (IOException e) {
      throw new ConfigException(
          path + " cannot be made: " + IoReason.of(e) + "; name another folder", e);
    }
  }

  private static ProgramLock lock(Path path) {
    try {
      return ProgramLock.tryHold(path.resolve(LOCK))
          .orElseThrow(
              () ->
                  new ConfigException(
                      "another mulan is training in "
                          + path
                          + "; wait for it, or name another folder"));
    } catch (IOException e) {
      throw new ConfigException(path + " cannot be written to: " + IoReason.of(e), e);
    }
  }

  /**
   * That the data are those that the run has been trained with, which are kept from its beginning
   * on.
   *
   * @param others whether others are meant; then they are kept instead
   * @throws ConfigException if they differ
   */
  public void requireData(DataIdentity now, boolean others) {
    Optional<DataIdentity> kept = DataIdentity.read(path.resolve(DataIdentity.FILE));
    Optional<String> difference = kept.flatMap(k -> k.difference(now));
    difference.ifPresent(
        what -> {
          if (!others) {
            throw new ConfigException(
                path
                    + " was trained on other data ("
                    + what
                    + "); put those back, name another folder, or use the other data: mulan train --resume "
                    + path
                    + " --other-data");
          }
          LOG.warn("{} was trained on other data before ({})", path, what);
        });
    if (kept.isEmpty() || difference.isPresent()) {
      now.write(path.resolve(DataIdentity.FILE));
    }
  }

  /** Keeps the configuration. */
  public void writeConfig() {
    write(CONFIG, config.toYaml());
  }

  /** Writes {@code result.json}: the run is finished. */
  public void writeResult(RunResult result) {
    write(RESULT, JsonFile.text(result));
  }

  /** Writes {@code outcome.json}. */
  public void writeOutcome(RunOutcome outcome) {
    write(OUTCOME, JsonFile.text(outcome));
  }

  /** Whole or not at all. */
  private void write(String name, String content) {
    Path target = path.resolve(name);
    try {
      AtomicFile.write(target, content);
    } catch (IOException e) {
      throw new CheckpointException(target + " cannot be written: " + IoReason.of(e), e);
    }
  }

  public Path path() {
    return path;
  }

  public RunConfig config() {
    return config;
  }

  public Checkpoints checkpoints() {
    return checkpoints(path, config);
  }

  /** The checkpoints of the run in this folder, for callers that only read them. */
  public static Checkpoints checkpoints(Path path, RunConfig config) {
    return new Checkpoints(path.resolve("checkpoints"), config.training().keep());
  }

  /** Releases the folder. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new CheckpointException(path + " cannot be released: " + IoReason.of(e), e);
    }
  }
}
