package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.console.ExitCode;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.report.ReportedRun;
import io.mulan.run.RunLog;
import io.mulan.run.TrainedRun;
import io.mulan.tf.CheckpointException;
import io.mulan.training.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan train --resume} in this process, on runs that something has happened to. */
final class ResumeCommandTest {
  @TempDir Path folder;

  @AfterEach
  void releaseTheLog() {
    RunLog.detach();
  }

  private static int run(Command command, String... arguments) {
    return command.run(Main.parse(command, arguments, Program.unseen()));
  }

  /** Trains a small model, for so many steps. */
  private int train(int steps, String... more) {
    String[] all =
        Stream.of(
                Stream.of(Program.plainArguments()).skip(1),
                Stream.of("--run=" + folder.resolve("a"), "--steps=" + steps),
                Stream.of(more))
            .flatMap(a -> a)
            .toArray(String[]::new);
    return run(new TrainCommand(), all);
  }

  private int resume(String... more) {
    String[] all =
        Stream.concat(Stream.of("--resume=" + folder.resolve("a")), Stream.of(more))
            .toArray(String[]::new);
    return run(new TrainCommand(), all);
  }

  private Path inRun(String name) {
    return folder.resolve("a").resolve(name);
  }

  private String refusal(String... more) {
    return assertThrows(ConfigException.class, () -> resume(more)).getMessage();
  }

  /** Levels of images 4×4 by a seed. */
  private String data(int images, long seed) {
    byte[] levels = new byte[images * 16];
    new Random(seed).nextBytes(levels);
    Path file = folder.resolve("images.npy");
    Npy.write(file, NpyArray.of(levels, images, 4, 4, 1));
    return "--set=data.path=" + file;
  }

  @Test
  void fewerStepsThanWereMadeAreRefused() {
    train(3);
    String message = refusal("--steps=2");
    assertTrue(message.contains("has made 3 steps, more than --steps 2"), message);
  }

  @Test
  void otherDataAreRefusedUnlessTheyAreMeantAndSaidInAnEvaluation() throws IOException {
    String there = data(40, 1);
    train(
        2,
        "--set=data.kind=npy",
        there,
        "--set=data.levels=256",
        "--set=data.test_images=4",
        "--set=training.batch=8");
    data(40, 2);
    String config = Files.readString(inRun("config.yaml"));
    String message = refusal("--steps=3");
    assertEquals(config, Files.readString(inRun("config.yaml")), "the run stays as it is");
    assertTrue(message.contains("other training images, as many"), message);
    assertTrue(message.contains("--other-data"), message);
    data(50, 1);
    message = refusal("--steps=3");
    assertTrue(message.contains("36 training images there"), message);
    run(
        new EvaluateCommand(),
        folder.resolve("a").toString(),
        "--times=1",
        "--json=" + folder.resolve("e.json"));
    String images =
        new ObjectMapper().readTree(folder.resolve("e.json").toFile()).get("images").asText();
    assertTrue(images.contains("not the data of the training (36 training images there"), images);

    data(40, 1);
    assertEquals(ExitCode.OK, resume("--steps=3"), "the same again");
    data(40, 2);
    assertEquals(ExitCode.OK, resume("--steps=4", "--other-data"));
    assertEquals(ExitCode.OK, resume("--steps=5"), "now they are those");

    Path models = folder.resolve("models");
    run(new ExportCommand(), folder.resolve("a").toString(), "--to=" + models);
    assertTrue(Files.exists(models.resolve("1/assets/data.json")));
  }

  @Test
  void aDryRunLooksAtTheDataToo() {
    Path file = folder.resolve("images.npz");
    NpyArray images = NpyArray.of(new byte[40 * 16], 40, 4, 4);
    NpyArray labels = NpyArray.of(new byte[40], 40);
    Npz.write(file, Map.of("x_train", images, "y_train", labels, "x_test", images));
    ConfigException refusal =
        assertThrows(
            ConfigException.class,
            () ->
                train(
                    2,
                    "--dry-run",
                    "--set=data.kind=npz",
                    "--set=data.levels=256",
                    "--set=data.path=" + file,
                    "--set=data.classes=3"));
    assertTrue(refusal.getMessage().contains("npz test"), refusal::getMessage);
  }

  @Test
  void fromADamagedCheckpointTheRunGoesBackToTheOneBefore() throws IOException {
    train(4, "--set=training.save_every=2", "--set=training.keep=3", "--set=training.log_every=3");
    String metrics = withoutSeconds();
    Files.delete(inRun("result.json"));
    Files.delete(inRun("checkpoints/4/state.index"));
    ReportedRun report = ReportedRun.read(folder.resolve("a"), "a");
    assertEquals(2, report.trained().get().step(), "a report takes the one before");
    CheckpointException e =
        assertThrows(
            CheckpointException.class, () -> TrainedRun.newest(folder.resolve("a")).fingerprint());
    assertTrue(e.getMessage().contains("goes back to step 2 by itself"), e::getMessage);
    assertEquals(ExitCode.OK, resume());
    assertTrue(Files.isDirectory(inRun("checkpoints/damaged-4")));
    assertEquals(metrics, withoutSeconds());
    assertTrue(
        Files.readString(inRun("mulan.log")).contains("training goes back to the one of step 2"));
  }

  @Test
  void whatAKillLeavesIsContinuedToTheSameMetrics() throws IOException {
    String[] settings = {
      "--set=training.save_every=2", "--set=training.evaluate_every=3", "--set=training.log_every=5"
    };
    train(
        9,
        Stream.concat(Stream.of(settings), Stream.of("--set=training.keep=9"))
            .toArray(String[]::new));
    String straight = withoutSeconds();
    double worked = worked();
    for (int last : new int[] {9, 8, 6, 4, 3}) {
      // As after a kill: checkpoints, the result and the description are written last.
      Files.delete(inRun("result.json"));
      for (int step = last + 1; step <= 9; step++) {
        AtomicFolder.delete(inRun("checkpoints/" + step));
      }
      assertEquals(ExitCode.OK, resume());
      assertEquals(straight, withoutSeconds(), "resumed from step " + last);
      assertTrue(worked() > worked, "the time of all sessions");
    }
  }

  private double worked() throws IOException {
    return new ObjectMapper().readTree(inRun("result.json").toFile()).get("seconds").asDouble();
  }

  private String withoutSeconds() throws IOException {
    return Files.readString(inRun("metrics.jsonl")).replaceAll("\"seconds\":[^,]*,", "");
  }

  @Test
  void anEvaluationThatIsNotDescribedIsTakenFromTheMetrics() throws IOException {
    train(2);
    Path description = inRun("checkpoints/2/checkpoint.json");
    String whole = Files.readString(description);
    Files.writeString(
        description, whole.replaceAll("\"bitsPerDim\" : [^,]*,", "\"bitsPerDim\" : null,"));
    Files.delete(inRun("result.json"));
    assertEquals(ExitCode.OK, resume());
    assertEquals(whole, Files.readString(description));
    assertEquals(1, Metrics.read(folder.resolve("a")).curve(Metrics.TEST_BOUND).size());
  }

  @Test
  void aDamagedDescriptionOfTheDataIsOneLine() throws IOException {
    train(1);
    for (String text : List.of("{}", "null", "[]", "", "{\"train\":{}}")) {
      Files.writeString(inRun("data.json"), text);
      String message = refusal("--steps=2");
      assertTrue(message.contains("data.json: it is not what was written"), message);
      assertFalse(message.contains("Exception"), message);
    }
  }

  @Test
  void whatABeginningThatWasCutOffLeftIsNoRun() throws IOException {
    Files.createDirectories(folder.resolve("a"));
    Files.writeString(inRun(".unfinished-config.yaml"), "");
    Files.writeString(inRun(".lock"), "");
    assertEquals(ExitCode.OK, train(1));
  }
}
