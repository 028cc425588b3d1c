package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.files.AtomicFolder;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.report.ReportedRun;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan train --resume} on runs that something has happened to. */
@CallsCommands
final class ResumeCommandTest {
  @TempDir Path folder;

  private void copy() {
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
  }

  private Program.Outcome train(int steps, String... more) {
    return Program.trainPlain(
        folder,
        Stream.concat(Stream.of("--run=a", "--steps=" + steps), Stream.of(more))
            .toArray(String[]::new));
  }

  private Program.Outcome resume(String... more) {
    return Program.call(
        folder,
        Stream.concat(Stream.of("train", "--resume=a"), Stream.of(more)).toArray(String[]::new));
  }

  private Path inRun(String name) {
    return folder.resolve("a").resolve(name);
  }

  /** Levels of images 4×4 by a seed. */
  private void data(int images, long seed) {
    byte[] levels = new byte[images * 16];
    new Random(seed).nextBytes(levels);
    Npy.write(folder.resolve("images.npy"), NpyArray.of(levels, images, 4, 4, 1));
  }

  @Test
  void fewerStepsThanWereMadeAreRefused() {
    copy();
    resume("--steps=3").assertRefused(3, "has made 4 steps, more than --steps 3");
  }

  @Tag("integration")
  @Test
  void aRunBeginsWithTheWeightsOfAnother() throws IOException {
    String init = "--init=" + SmallRuns.learned();
    Program.Outcome done = train(1, init, "--set=training.evaluate_every=0").assertDone();
    assertTrue(done.err().contains("weights of " + SmallRuns.learned()), done::toString);
    assertTrue(done.err().contains("resuming in"), done::toString);
    assertTrue(Files.readString(inRun("init.json")).contains("encoder_model/"));
    // The same command resumes the run, and another one does not.
    train(1, init, "--set=training.evaluate_every=0").assertRefused(3, "holds a finished run");
    train(2, "--init=b.npz").assertRefused(3, "has begun with other weights");
    resume(init).assertRefused(2, "--init is for a run that begins");
    train(2, "--init-weights=last").assertRefused(2, "--init-weights is for --init");
    Program.trainPlain(folder, "--run=b", "--init=" + SmallRuns.exported(), "--init-weights=last")
        .assertRefused(4, "is an exported model, which has averaged weights alone");
  }

  @Tag("integration")
  @Test
  void otherDataAreRefusedUnlessAllowedAndNamedInAnEvaluation() throws IOException {
    data(40, 1);
    train(
            2,
            "--set=data.kind=npy",
            "--set=data.path=images.npy",
            "--set=data.levels=256",
            "--set=data.test_images=4",
            "--set=training.batch=8")
        .assertDone();
    data(40, 2);
    String config = Files.readString(inRun("config.yaml"));
    resume("--steps=3").assertRefused(3, "other training images, as many", "--other-data");
    assertEquals(config, Files.readString(inRun("config.yaml")), "the run stays as it is");
    data(50, 1);
    resume("--steps=3").assertRefused(3, "36 training images there");
    Program.call(folder, "evaluate", "a", "--times=1", "--json=e.json").assertDone();
    String images =
        new ObjectMapper().readTree(folder.resolve("e.json").toFile()).get("images").asText();
    assertTrue(images.contains("not the data of the training (36 training images there"), images);

    data(40, 1);
    resume("--steps=3").assertDone(); // the same again
    data(40, 2);
    resume("--steps=4", "--other-data").assertDone();
    resume("--steps=5").assertDone(); // now they are those
  }

  @Test
  void anExportedModelKeepsTheIdentityOfItsData() {
    assertTrue(Files.exists(SmallRuns.exported().resolve("1/assets/data.json")));
  }

  @Test
  void aDryRunLooksAtTheDataToo() {
    NpyArray images = NpyArray.of(new byte[40 * 16], 40, 4, 4);
    NpyArray labels = NpyArray.of(new byte[40], 40);
    Npz.write(
        folder.resolve("images.npz"),
        Map.of("x_train", images, "y_train", labels, "x_test", images));
    train(
            2,
            "--dry-run",
            "--set=data.kind=npz",
            "--set=data.levels=256",
            "--set=data.path=images.npz",
            "--set=data.classes=3")
        .assertRefused(3, "npz test");
  }

  @Test
  void aDamagedCheckpointIsReplacedByTheOneBefore() throws IOException {
    copy();
    String metrics = withoutSeconds();
    Files.delete(inRun("result.json"));
    Files.delete(inRun("checkpoints/4/state.index"));
    ReportedRun report = ReportedRun.read(folder.resolve("a"), "a");
    assertEquals(2, report.trained().get().step(), "a report takes the one before");
    CheckpointException e =
        assertThrows(
            CheckpointException.class, () -> TrainedRun.newest(folder.resolve("a")).fingerprint());
    assertTrue(e.getMessage().contains("goes back to step 2 by itself"), e::getMessage);
    resume().assertDone();
    assertTrue(Files.isDirectory(inRun("checkpoints/damaged-4")));
    assertEquals(metrics, withoutSeconds());
    assertTrue(
        Files.readString(inRun("mulan.log")).contains("training goes back to the one of step 2"));
  }

  @Tag("integration")
  @Test
  void aKilledRunResumesToTheSameMetrics() throws IOException {
    killed(6, 6, 4, 3);
  }

  @Test
  @Tag("slow")
  void aRunKilledLaterResumesToTheSameMetrics() throws IOException {
    killed(9, 9, 8, 6, 4, 3);
  }

  private void killed(int steps, int... lasts) throws IOException {
    train(
            steps,
            "--set=training.save_every=2",
            "--set=training.evaluate_every=3",
            "--set=training.log_every=5",
            "--set=training.keep=9")
        .assertDone();
    String straight = withoutSeconds();
    for (int last : lasts) {
      // As after a kill: checkpoints, the result and the description are written last.
      Files.delete(inRun("result.json"));
      for (int step = last + 1; step <= steps; step++) {
        AtomicFolder.delete(inRun("checkpoints/" + step));
      }
      double before = workedUntil(last);
      resume().assertDone();
      assertEquals(straight, withoutSeconds(), "resumed from step " + last);
      assertTrue(worked() > before, "the time of all sessions");
    }
  }

  private double worked() throws IOException {
    return new ObjectMapper().readTree(inRun("result.json").toFile()).get("seconds").asDouble();
  }

  /** Seconds up to the newest checkpoint that is not later than a step. */
  private double workedUntil(int step) throws IOException {
    Path saved = inRun("checkpoints/" + step + "/checkpoint.json");
    return Files.exists(saved)
        ? new ObjectMapper().readTree(saved.toFile()).requiredAt("/interval/worked").asDouble()
        : workedUntil(step - 1);
  }

  private String withoutSeconds() throws IOException {
    return Files.readString(inRun("metrics.jsonl")).replaceAll("\"seconds\":[^,]*,", "");
  }

  @Test
  void aBoundThatACheckpointLacksIsTakenFromTheMetrics() throws IOException {
    copy();
    Path description = inRun("checkpoints/4/checkpoint.json");
    String whole = Files.readString(description);
    Files.writeString(
        description, whole.replaceAll("\"bitsPerDim\" : [^,]*,", "\"bitsPerDim\" : null,"));
    Files.delete(inRun("result.json"));
    resume().assertDone();
    assertEquals(whole, Files.readString(description));
    assertEquals(2, Metrics.read(folder.resolve("a")).curve(Metrics.TEST_BOUND).size());
  }

  @Test
  void aDamagedDescriptionOfTheDataIsOneLine() throws IOException {
    copy();
    for (String text : List.of("{}", "null", "[]", "", "{\"train\":{}}")) {
      Files.writeString(inRun("data.json"), text);
      resume("--steps=5").assertRefused(3, "data.json: it is not what was written");
    }
  }

  @Tag("integration")
  @Test
  void filesOfAnInterruptedStartAreNotARun() throws IOException {
    Files.createDirectories(folder.resolve("a"));
    Files.writeString(inRun(".unfinished-config.yaml"), "");
    Files.writeString(inRun(".lock"), "");
    train(1).assertDone();
  }
}
