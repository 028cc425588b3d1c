package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own; other tests run commands within theirs. */
final class WholeProgramTest {
  @TempDir Path folder;

  @Test
  void aModelIsTrainedEvaluatedAndSampled() {
    Program.Outcome trained =
        Program.run(folder, Program.plainArguments("--steps=1", "--run=a")).assertDone();
    assertTrue(trained.out().contains("after 1 step"), trained::toString);
    Program.Outcome measured =
        Program.run(folder, "evaluate", "a", "--times=1", "--limit=2").assertDone();
    assertTrue(measured.out().contains("bits/dim"), measured::toString);
    Program.run(folder, "sample", "a", "--count=2", "--steps=1", "--out=s").assertDone();
    assertTrue(Files.exists(folder.resolve("s/samples.npz")));
  }

  @Test
  void aRefusal() {
    Program.run(folder, "evaluate", "none").assertRefused(3, "none is not there", "mulan train");
  }

  @Test
  void help() {
    Program.Outcome help = Program.run(folder, "--help").assertDone();
    assertEquals(Program.call(folder, "--help").out(), help.out());
    assertEquals("", help.err());
  }
}
