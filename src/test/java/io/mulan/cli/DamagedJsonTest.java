package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every JSON file of a run, of a checkpoint and of an export, in the place of which is another.
 * {@code JsonFileTest} has other damages: one reader reads them all.
 */
@CallsCommands
final class DamagedJsonTest {
  @TempDir static Path folder;
  private static Path run;

  @BeforeAll
  static void make() {
    run = SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
    Program.call(folder, "evaluate", "a", "--limit=2", "--times=2").assertDone();
    Program.call(folder, "sample", "a", "--count=1", "--steps=2").assertDone();
  }

  /** Of what a command says, with each damage of a file, one line matters more than usual. */
  private static void eachDamage(Path file, int code, List<String> parts, String... command)
      throws IOException {
    String whole = Files.readString(file);
    for (String other : List.of("{}", whole.substring(0, whole.length() / 2))) {
      Files.writeString(file, other);
      Program.Outcome outcome = Program.call(folder, command);
      assertEquals(code, outcome.code(), outcome::toString);
      List<String> lines =
          outcome.err().lines().filter(l -> l.matches("(warn|error): .*")).toList();
      assertEquals(1, lines.size(), outcome::toString);
      for (String part : parts) {
        assertTrue(lines.get(0).contains(part), outcome::toString);
      }
      assertFalse(outcome.err().contains("Exception"), outcome::toString);
    }
    Files.writeString(file, whole);
  }

  private static List<String> notWritten(Path file) {
    return List.of(file.getFileName().toString(), "it is not what was written");
  }

  private static void assertLeftOut(Path file) throws IOException {
    List<String> parts = new ArrayList<>(notWritten(file));
    parts.add("left out of the report");
    eachDamage(file, ExitCode.OK, parts, "report", "a", "--samples=0", "--images=0");
  }

  private static Path only(Path in, String name) throws IOException {
    try (Stream<Path> all = Files.walk(in)) {
      List<Path> found = all.filter(p -> p.getFileName().toString().matches(name)).toList();
      assertEquals(1, found.size(), found::toString);
      return found.get(0);
    }
  }

  @Test
  void theResultOfARun() throws IOException {
    Path file = run.resolve("result.json");
    assertLeftOut(file);
    eachDamage(file, ExitCode.CONFIGURATION, notWritten(file), "train", "--resume=a");
  }

  @Test
  void anEvaluation() throws IOException {
    assertLeftOut(only(run.resolve("evaluations"), ".*\\.json"));
  }

  @Test
  void theSettingsOfSamples() throws IOException {
    Path file = only(run.resolve("samples"), "sample.json");
    List<String> parts = List.of("left out of the report");
    String[] report = {"report", "a", "--samples=1", "--steps=1", "--images=0"};
    eachDamage(file, ExitCode.OK, parts, report);
  }

  @Test
  void aCheckpoint() throws IOException {
    Path file = run.resolve("checkpoints/4/checkpoint.json");
    eachDamage(
        file, ExitCode.CHECKPOINT, notWritten(file), "evaluate", "a", "--limit=1", "--times=1");
  }

  @Tag("integration")
  @Test
  void anExport() throws IOException {
    Path model = SmallRuns.copy(SmallRuns.exported(), folder.resolve("model"));
    Path file = model.resolve("1/assets/model.json");
    eachDamage(
        file, ExitCode.CHECKPOINT, notWritten(file), "evaluate", model.toString(), "--limit=1");
  }
}
