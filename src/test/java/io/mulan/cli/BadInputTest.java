package io.mulan.cli;

import static io.mulan.cli.Program.command;
import static io.mulan.cli.Program.plainArguments;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.AtomicFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong, one line says what, where, what is allowed and what to do. */
@CallsCommands
final class BadInputTest {
  @TempDir Path folder;

  @Test
  void anUnknownCommandOrOption() {
    Program.call(folder, "trian")
        .assertRefused(2, "no command 'trian'", "train, launch, compare, evaluate, sample");
    Program.call(folder, "train", "--stepz", "5").assertRefused(2, "--stepz", "train --help");
    Program.call(folder, "train", "digits").assertRefused(2, "takes no 'digits'");
    Program.call(folder, "train", "--steps").assertRefused(2, "steps");
    Program.call(folder, "train", "--resume", "a", "--preset", "digits")
        .assertRefused(2, "leave --preset out");
  }

  @Test
  void aConfigurationThatIsNotAllowed() throws IOException {
    Program.call(folder, "train", "--config", "none.yaml")
        .assertRefused(3, "none.yaml is not there", "--preset");
    Files.writeString(folder.resolve("bad.yaml"), "training: [1,");
    Program.call(folder, "train", "--config", "bad.yaml")
        .assertRefused(3, "bad.yaml is not YAML at line");
    Program.call(folder, "train", "--set", "training.stepz=5")
        .assertRefused(3, "training.stepz", "did you mean training.steps?");
    Program.call(folder, "train", "--steps", "few")
        .assertRefused(3, "training.steps is 'few'", "a whole number");
    Program.call(folder, "train", "--preset", "cifar")
        .assertRefused(3, "no preset 'cifar'", "did you mean cifar10?");
    assertFalse(Files.exists(folder.resolve("runs")), "nothing may be left behind");
  }

  @Test
  void dataOfAnotherShape() {
    Program.call(folder, "train", "--set", "training.batch=1501")
        .assertRefused(3, "training.batch is 1501", "1500 training images of digits");
    Program.call(folder, "train", "--preset", "cifar10")
        .assertRefused(3, "data.kind is cifar10", "--dry-run");
    Program.call(folder, "train", "--set", "data.levels=16")
        .assertRefused(3, "data.levels is 16", "17");
    assertFalse(Files.exists(folder.resolve("runs")), "nothing may be left behind");
  }

  @Test
  void aFolderThatHoldsSomethingElse() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("mine")).resolve("thesis.txt"), "x");
    Program.trainPlain(folder, "--run", "mine", "--steps", "1")
        .assertRefused(3, "mine holds no run", "another folder");
    Files.writeString(folder.resolve("file"), "x");
    Program.trainPlain(folder, "--run", "file", "--steps", "1").assertRefused(3, "file is a file");
    Program.trainPlain(folder, "--run", "file/below", "--steps", "1")
        .assertRefused(3, "file", "cannot be made");
    Program.call(folder, "train", "--resume", "none").assertRefused(3, "none is not there");
    Program.call(folder, "train", "--resume", "mine").assertRefused(3, "mine holds no run");
  }

  @Test
  void aRunThatIsFinishedOrOfAnotherConfiguration() throws IOException {
    Path run = SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
    Program.call(folder, "train", "--config", "a/config.yaml", "--run", "a")
        .assertRefused(3, "a holds a finished run", "a --steps 8");
    Program.call(folder, "train", "--config", "a/config.yaml", "--run", "a", "--steps", "6")
        .assertRefused(3, "another configuration", "training.steps: 4 there, 6 asked for");
    Program.call(folder, "train", "--resume", "a").assertRefused(3, "a is finished");
    Program.call(folder, "train", "--resume", "a", "--set", "latent.size=20")
        .assertRefused(3, "latent.size cannot change");
    Program.call(folder, "train", "--resume", "a", "--set", "training.optimizer=muon")
        .assertRefused(3, "training.optimizer cannot change");

    replace(SmallRuns.learned().resolve("checkpoints/4"), run.resolve("checkpoints/4"));
    Program.call(folder, "train", "--resume", "a", "--steps", "5")
        .assertRefused(4, "checkpoints/4 is of another configuration");
  }

  private static void replace(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @Test
  void aTruncatedCheckpoint() throws IOException {
    Path run = SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
    AtomicFolder.delete(run.resolve("checkpoints/2"));
    Path data = run.resolve("checkpoints/4/state.data-00000-of-00001");
    byte[] content = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(content, content.length / 2));
    Program.call(folder, "train", "--resume", "a", "--steps", "5")
        .assertRefused(4, "checkpoints/4 is damaged", "there is none before it");
  }

  @Test
  void aLearningRateThatDiverges() {
    Program.trainPlain(
            folder,
            "--steps=50",
            "--set=training.learning_rate=1e30",
            "--set=training.warmup_steps=1",
            "--set=training.learning_rate_decay=none",
            "--set=training.clip_norm=0",
            "--set=training.save_every=1")
        .assertRefused(5, "training diverged at step", "--resume", "training.learning_rate=");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aFullDiskLeavesEarlierCheckpoints() throws IOException {
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
    // A limit on the size of files fails writes as a full disk does.
    List<String> limited = new ArrayList<>(List.of("bash", "-c", "ulimit -f 64; exec \"$@\"", "-"));
    limited.addAll(command("train", "--resume", "a", "--steps", "5"));
    Program.await(folder, Program.start(folder, limited))
        .assertRefused(4, "checkpoints/5 cannot be written", "free some space", "(step 4)");
    try (Stream<Path> left = Files.list(folder.resolve("a/checkpoints"))) {
      assertEquals(List.of("2", "4"), left.map(p -> p.getFileName().toString()).sorted().toList());
    }
    Program.call(folder, "train", "--resume", "a", "--steps", "5").assertDone();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void twoProgramsInOneFolder() throws IOException, InterruptedException {
    Path other = Files.createDirectory(folder.resolve("other"));
    String run = folder.resolve("a").toString();
    Process first =
        Program.start(folder, command(plainArguments("--run", run, "--steps", "100000")));
    try {
      while (first.isAlive() && !Files.exists(folder.resolve("a/config.yaml"))) {
        Thread.sleep(20);
      }
      assertTrue(first.isAlive(), "the first program has ended: the second would train");
      Program.trainPlain(other, "--run", run, "--steps", "100000")
          .assertRefused(3, "another mulan is training in");
    } finally {
      first.destroyForcibly();
    }
  }
}
