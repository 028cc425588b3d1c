package io.mulan.cli;

import static io.mulan.cli.Program.command;
import static io.mulan.cli.Program.plainArguments;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.likelihood.BoundGraph;
import io.mulan.run.TrainedRun;
import io.mulan.training.Checkpoints;
import io.mulan.training.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are cut short, asked for or not, and gone on with. */
@DisabledOnOs(OS.WINDOWS)
@Tag("repeatable")
final class InterruptionTest {
  /** A schedule with a million weights takes long enough to write. */
  private static final String LARGE = "--set=schedule.width=1024";

  private static final int STEPS = 6;
  private static final int ATTEMPTS = 20;

  @TempDir Path folder;

  @Tag("integration")
  @Test
  void aRunKilledWhileItWritesACheckpointResumesFromTheOneBefore() throws Exception {
    Program.trainPlain(folder, LARGE, "--steps", "" + STEPS, "--run", "straight").assertDone();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Path run = folder.resolve("killed-" + attempt);
      killWhileWriting(run, 3);
      if (unfinished(run)) {
        assertTrue(Files.exists(run.resolve("checkpoints/2")), "the one before is whole");
        assertFalse(Files.exists(run.resolve("checkpoints/3")), "a half-written one has no name");
        String err = Program.call(folder, "train", "--resume", run.toString()).assertDone().err();
        assertTrue(err.contains("from step 2"), err);
        assertFalse(unfinished(run), "what was left behind is removed");
        assertArrayEquals(state(folder.resolve("straight")), state(run));
        return;
      }
    }
    throw new AssertionError("no kill fell into a write, in " + ATTEMPTS + " attempts");
  }

  /** Kills a run as soon as it begins to write the checkpoint of a step. */
  private void killWhileWriting(Path run, int step) {
    Process process =
        Program.start(
            folder,
            command(
                plainArguments(
                    LARGE, "--set=training.save_every=1", "--steps=" + STEPS, "--run=" + run)));
    Path writing = run.resolve("checkpoints/.unfinished-" + step);
    while (process.isAlive() && !Files.exists(writing)) {
      Thread.onSpinWait();
    }
    process.destroyForcibly();
    Program.await(folder, process); // to its end, where no look fell into the write
  }

  private static boolean unfinished(Path run) throws IOException {
    try (Stream<Path> entries = Files.list(run.resolve("checkpoints"))) {
      return entries.anyMatch(p -> p.getFileName().toString().startsWith(".unfinished-3"));
    }
  }

  private static byte[] state(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("checkpoints/" + STEPS + "/state.data-00000-of-00001"));
  }

  @Test
  void aStopFinishesTheStepAndSavesAndTheSameCommandResumes() throws Exception {
    String[] arguments = plainArguments("--steps=4000", "--set=training.log_every=1", "--run=a");
    Process process = Program.start(folder, command(arguments));
    Path metrics = folder.resolve("a/metrics.jsonl");
    while (process.isAlive() && (!Files.exists(metrics) || Files.size(metrics) == 0)) {
      Thread.sleep(10);
    }
    process.destroy();
    Program.Outcome stopped = Program.await(folder, process);
    assertEquals(130, stopped.code(), stopped::toString);
    assertEquals("", stopped.out());
    assertTrue(stopped.err().contains("resume with: mulan train --resume a"), stopped::toString);

    long saved;
    try (Stream<Path> checkpoints = Files.list(folder.resolve("a/checkpoints"))) {
      saved = Long.parseLong(checkpoints.findFirst().get().getFileName().toString());
    }
    Program.Outcome resumed =
        Program.call(folder, "train", "--resume", "a", "--steps", "" + (saved + 1)).assertDone();
    assertTrue(resumed.err().contains("from step " + saved), resumed::toString);
    assertTrue(resumed.out().contains("after " + (saved + 1) + " steps"), resumed::toString);
  }

  /** An evaluation that would take hours: its weights are saved before it, and it is left. */
  @Test
  void aStopWithinAnEvaluationEndsAtOnceAndLosesNothing() throws Exception {
    String[] arguments =
        plainArguments(
            "--run=a",
            "--steps=9",
            "--set=training.evaluate_every=2",
            "--set=training.times_per_image=100000");
    Process process = Program.start(folder, command(arguments));
    Path saved = folder.resolve("a/checkpoints/2");
    while (process.isAlive() && !Files.exists(saved)) {
      Thread.sleep(10);
    }
    assertTrue(process.isAlive(), () -> Program.await(folder, process).toString());
    process.destroy();
    Program.Outcome stopped = Program.await(folder, process);
    assertEquals(130, stopped.code(), stopped::toString);
    assertTrue(stopped.err().contains("interrupted at step 2, saved"), stopped::toString);
    Program.Outcome resumed =
        Program.call(folder, "train", "--resume=a", "--steps=3", "--set=training.times_per_image=1")
            .assertDone();
    assertTrue(resumed.err().contains("step 2: "), "the evaluation is made then");
  }

  @Tag("integration")
  @Test
  void aCheckpointThatIsReadIsKeptWhileTrainingContinues() throws Exception {
    Process process =
        Program.start(
            folder,
            command(
                plainArguments(
                    "--run=a",
                    "--steps=1000000",
                    "--set=training.save_every=1",
                    "--set=training.keep=1",
                    "--set=training.evaluate_every=0")));
    try {
      Path run = folder.resolve("a");
      Checkpoints checkpoints = new Checkpoints(run.resolve("checkpoints"), 1);
      while (process.isAlive() && checkpoints.steps().stream().noneMatch(step -> step > 2)) {
        Thread.sleep(10);
      }
      for (int i = 0; i < 5; i++) {
        TrainedRun newest = TrainedRun.newest(run);
        try (TrainedModel<BoundGraph> model = newest.open(BoundGraph::build)) {
          assertEquals(8, newest.fingerprint().length(), model::toString);
        }
      }
      assertTrue(process.isAlive(), () -> Program.await(folder, process).toString());
    } finally {
      process.destroyForcibly();
    }
  }

  /** A limit on the size of files fails writes as a full disk does. */
  @Tag("integration")
  @Test
  void aFullDiskAtTheStartDoesNotBlockTheSameCommandLater() throws Exception {
    String[] train = plainArguments("--run=a", "--steps=1");
    List<String> arguments = command(train);
    arguments.add(1, "-XX:-UsePerfData");
    List<String> limited =
        new ArrayList<>(
            List.of("bash", "-c", "set -o pipefail; (ulimit -f 0; exec \"$@\") 2>&1 | cat", "-"));
    limited.addAll(arguments);
    Program.Outcome full = Program.await(folder, Program.start(folder, limited));
    assertEquals(4, full.code(), full::toString);
    assertTrue(
        full.out().contains("a/config.yaml cannot be written: File too large"), full::toString);
    Program.call(folder, train).assertDone();
  }
}
