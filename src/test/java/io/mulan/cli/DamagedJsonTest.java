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
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every JSON file of a run, of a checkpoint and of an export, in the place of which is another. */
final class DamagedJsonTest {
  @TempDir static Path folder;
  private static Path run;

  private final Said said = new Said();

  /** What the program logs. */
  private static final class Said extends AbstractAppender {
    private final List<String> lines = new ArrayList<>();

    Said() {
      super("said", null, null, false, Property.EMPTY_ARRAY);
      start();
    }

    @Override
    public void append(LogEvent event) {
      if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
        lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
      }
    }
  }

  @BeforeAll
  static void make() {
    run = folder.resolve("a");
    Program.trainPlain(folder, "--run=a", "--steps=2", "--set=data.test_images=16").assertDone();
    Program.run(folder, "evaluate", "a", "--limit=2", "--times=2").assertDone();
    Program.run(folder, "sample", "a", "--count=1", "--steps=2").assertDone();
    Program.run(folder, "export", "a", "--to=model").assertDone();
  }

  @BeforeEach
  void listen() {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    context.getConfiguration().getRootLogger().addAppender(said, Level.ALL, null);
    context.updateLoggers();
  }

  @AfterEach
  void stopListening() {
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    context.getConfiguration().getRootLogger().removeAppender(said.getName());
    context.updateLoggers();
  }

  private static int run(Command command, String... arguments) {
    return Main.guarded(() -> command.run(Main.parse(command, arguments, Program.unseen())));
  }

  /** What a file may be replaced by. */
  private static List<String> others(String whole) {
    return List.of("{}", "null", "[]", whole.substring(0, whole.length() / 2), "");
  }

  private interface Check {
    void run() throws IOException;
  }

  private void eachDamage(Path file, Check check) throws IOException {
    String whole = Files.readString(file);
    for (String other : others(whole)) {
      Files.writeString(file, other);
      said.lines.clear();
      check.run();
      assertTrue(said.lines.stream().noneMatch(l -> l.contains("Exception")), said.lines::toString);
    }
    Files.writeString(file, whole);
  }

  private void assertRefused(int expected, Path file, Command command, String... arguments)
      throws IOException {
    eachDamage(
        file,
        () -> {
          int code = run(command, arguments);
          assertEquals(expected, code, said.lines::toString);
          assertOneLine(file);
        });
  }

  private void assertOneLine(Path file) {
    assertEquals(1, said.lines.size(), said.lines::toString);
    String line = said.lines.get(0);
    assertTrue(line.contains(file.getFileName().toString()), line);
    assertTrue(line.contains("it is not what was written"), line);
    assertFalse(line.contains("\n"), line);
  }

  private void assertLeftOut(Path file) throws IOException {
    eachDamage(
        file,
        () -> {
          int code = run(new ReportCommand(), run.toString(), "--samples=0", "--images=0");
          assertEquals(ExitCode.OK, code, said.lines::toString);
          assertOneLine(file);
          assertTrue(said.lines.get(0).contains("left out of the report"), said.lines::toString);
        });
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
    Path result = run.resolve("result.json");
    assertLeftOut(result);
    assertRefused(ExitCode.CONFIGURATION, result, new TrainCommand(), "--resume", run.toString());
  }

  @Test
  void anEvaluation() throws IOException {
    assertLeftOut(only(run.resolve("evaluations"), ".*\\.json"));
  }

  @Test
  void whatSamplesAreMadeWith() throws IOException {
    Path file = only(run.resolve("samples"), "sample.json");
    eachDamage(
        file,
        () -> {
          int code =
              run(new ReportCommand(), run.toString(), "--samples=1", "--steps=1", "--images=0");
          assertEquals(ExitCode.OK, code, said.lines::toString);
          assertEquals(1, said.lines.size(), said.lines::toString);
          assertTrue(said.lines.get(0).contains("left out of the report"), said.lines::toString);
        });
  }

  @Test
  void aCheckpoint() throws IOException {
    Path file = run.resolve("checkpoints/2/checkpoint.json");
    assertRefused(
        ExitCode.CHECKPOINT, file, new EvaluateCommand(), run.toString(), "--limit=1", "--times=1");
  }

  @Test
  void anExport() throws IOException {
    Path file = folder.resolve("model/1/assets/model.json");
    assertRefused(
        ExitCode.CHECKPOINT,
        file,
        new EvaluateCommand(),
        folder.resolve("model").toString(),
        "--limit=1");
  }
}
