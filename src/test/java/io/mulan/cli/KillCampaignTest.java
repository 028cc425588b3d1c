package io.mulan.cli;

import static io.mulan.cli.Program.command;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.export.ExportedModel;
import io.mulan.files.AtomicFolder;
import io.mulan.numpy.Npz;
import io.mulan.tf.EventFiles;
import io.mulan.training.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * Training, evaluations and an export, killed again and again at random: in the end all is as if it
 * had not happened.
 */
@DisabledOnOs(OS.WINDOWS)
@Tag("slow")
final class KillCampaignTest {
  private static final int STEPS = 120;
  private static final int KILLS_IN_TRAINING = 10;
  private static final int KILLS_IN_EVALUATION = 4;
  private static final int KILLS_IN_EXPORT = 3;

  private static final int SAVE_EVERY = 5;
  private static final int LONGEST = 60_000;
  private static final int AFTERWARDS = 60;

  private final Random random = new Random(20);

  @TempDir Path folder;

  @Test
  void killsLoseNothingAndRecordNothingWrong() throws Exception {
    Program.call(folder, training("straight")).assertDone();
    Program.call(folder, evaluation("straight")).assertDone();
    Program.call(folder, "export", "straight", "--to=straight-model").assertDone();

    int kills = 0;
    for (int i = 0; i < KILLS_IN_TRAINING; i++) {
      long next = newestCheckpoint() + SAVE_EVERY;
      int millis = i % 3 == 0 ? random.nextInt(6000) : LONGEST;
      kills += kill(millis, this::newestCheckpoint, next, training("killed"));
    }
    Program.call(folder, training("killed")).assertDone();
    for (int i = 0; i < KILLS_IN_EVALUATION; i++) {
      long most = rows() + 1 + random.nextInt(9);
      kills += kill(LONGEST, this::rows, most, evaluation("killed"));
    }
    Program.call(folder, evaluation("killed")).assertDone();
    for (int i = 0; i < KILLS_IN_EXPORT; i++) {
      kills += kill(LONGEST, this::exporting, 1, "export", "killed", "--to=killed-model");
      if (Files.exists(folder.resolve("killed-model/1"))) {
        ExportedModel.open(folder.resolve("killed-model"));
        AtomicFolder.delete(folder.resolve("killed-model/1"));
      }
    }
    Program.call(folder, "export", "killed", "--to=killed-model").assertDone();
    assertTrue(kills >= 15, "only " + kills + " kills");

    assertArrayEquals(
        bytes("straight/checkpoints/120/state.data-00000-of-00001"),
        bytes("killed/checkpoints/120/state.data-00000-of-00001"));
    assertEquals(metrics("straight"), metrics("killed"));
    assertEquals(result("straight"), result("killed"));
    assertEquals(steps("straight"), steps("killed"));
    assertArrayEquals(measured("straight"), measured("killed"));
    String weights = "-model/1/variables/variables.data-00000-of-00001";
    assertArrayEquals(bytes("straight" + weights), bytes("killed" + weights));
  }

  private static String[] training(String run) {
    return Program.plainArguments(
        "--run=" + run,
        "--steps=" + STEPS,
        "--set=training.save_every=" + SAVE_EVERY,
        "--set=training.log_every=4",
        "--set=training.evaluate_every=20",
        "--set=training.summaries_every=3");
  }

  private static String[] evaluation(String run) {
    return new String[] {"evaluate", run, "--times=200", "--limit=60", "--batch=4"};
  }

  /**
   * Starts the program and kills it.
   *
   * @param millis after so long at the latest
   * @param progress that it makes
   * @param most or shortly after it has come so far
   * @return 1, unless it came to its end before
   */
  private int kill(int millis, LongSupplier progress, long most, String... arguments)
      throws InterruptedException {
    Process process = Program.start(folder, command(arguments));
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (process.isAlive() && System.nanoTime() < end && progress.getAsLong() < most) {
      Thread.sleep(1);
    }
    Thread.sleep(random.nextInt(AFTERWARDS));
    process.destroyForcibly();
    return Program.await(folder, process).code() == 137 ? 1 : 0;
  }

  private Path table(String run, String ending) {
    try (Stream<Path> files = Files.list(folder.resolve(run).resolve("evaluations"))) {
      return files.filter(f -> f.toString().endsWith(ending)).findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the table of images measured, which has the name of the other run's. */
  private long rows() {
    Path table =
        folder.resolve("killed/evaluations").resolve(table("straight", ".csv").getFileName());
    try {
      return Files.exists(table) ? Files.readString(table).lines().count() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a model is being written. */
  private long exporting() {
    return Files.exists(folder.resolve("killed-model/.unfinished-1")) ? 1 : 0;
  }

  private long newestCheckpoint() {
    List<Long> steps = new Checkpoints(folder.resolve("killed/checkpoints"), 1).steps();
    return steps.isEmpty() ? 0 : steps.get(steps.size() - 1);
  }

  private byte[] bytes(String file) throws IOException {
    return Files.readAllBytes(folder.resolve(file));
  }

  private String metrics(String run) throws IOException {
    return Files.readString(folder.resolve(run).resolve("metrics.jsonl"))
        .replaceAll("\"seconds\":[^,]*,", "");
  }

  private ObjectNode result(String run) throws IOException {
    Path file = folder.resolve(run).resolve("result.json");
    return ((ObjectNode) new ObjectMapper().readTree(file.toFile())).without("seconds");
  }

  /** The bits/dim of each image. */
  private double[] measured(String run) {
    try (Npz npz = Npz.open(table(run, ".npz"))) {
      return npz.array("total").toDoubles();
    }
  }

  /** The steps of each tag, as TensorBoard reads them; those of configuration apart. */
  private Map<String, List<Long>> steps(String run) throws IOException {
    Map<String, List<Long>> steps = new TreeMap<>();
    for (Event event : EventFiles.readAll(folder.resolve(run))) {
      if (event.getSessionLog().getStatus() == SessionLog.SessionStatus.START) {
        steps.values().forEach(of -> of.removeIf(step -> step >= event.getStep()));
      }
      for (Summary.Value value : event.getSummary().getValueList()) {
        steps.computeIfAbsent(value.getTag(), tag -> new ArrayList<>()).add(event.getStep());
      }
    }
    steps.remove("config");
    steps.keySet().removeIf(tag -> tag.startsWith("_hparams_"));
    return steps;
  }
}
