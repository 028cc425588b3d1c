package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.training.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@CallsCommands
final class CompareCommandTest {
  private static final String EVERY_TWO = "--set=training.evaluate_every=2";

  @TempDir Path folder;

  /** {@code mulan compare} with the settings of small runs. */
  private static String[] arguments(String... arguments) {
    List<String> all = new ArrayList<>(List.of("compare"));
    all.addAll(List.of(arguments));
    all.addAll(Program.SMALL);
    return all.toArray(String[]::new);
  }

  private JsonNode json(String out) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(out).resolve("comparison.json").toFile());
  }

  @Tag("integration")
  @Test
  void theRecordedCommandGivesTheSameCurvesAndReusesFinishedRuns() throws IOException {
    Program.call(
            folder,
            arguments("digits-fixed", "digits-vdm", "--steps=4", "--seeds=1", "--out=a", EVERY_TWO))
        .assertDone();
    String[] command = json("a").get("command").asText().split(" ");
    assertEquals("mulan", command[0]);
    command[command.length - 1] = "b";
    Program.call(folder, Arrays.copyOfRange(command, 1, command.length)).assertDone();

    Program.Outcome done =
        Program.call(
                folder,
                arguments(
                    "digits-fixed", "digits-vdm", "--steps=4", "--seeds=2", "--out=a", EVERY_TWO))
            .assertDone();
    assertTrue(done.err().contains("a/digits-fixed-seed0 is finished"), done::toString);
    assertTrue(done.err().contains("run 4 of 4, step 4/4"), done::toString);
    assertTrue(done.err().contains(" of all runs"), done::toString);
    assertTrue(done.out().contains("digits-vdm  "), done::toString);
    assertTrue(Files.size(folder.resolve("a/comparison.png")) > 0);
    assertTrue(Files.size(folder.resolve("a/comparison.svg")) > 0);
    for (int p = 0; p < 2; p++) {
      JsonNode runs = json("a").get("presets").get(p).get("runs");
      for (int seed = 0; seed < 2; seed++) {
        assertEquals("finished", runs.get(seed).get("state").asText());
        assertEquals(2, runs.get(seed).get("bits_per_dim").size());
        assertTraced(runs.get(seed));
      }
      JsonNode again = json("b").get("presets").get(p).get("runs").get(0);
      assertEquals(runs.get(0).get("steps"), again.get("steps"));
      assertEquals(runs.get(0).get("bits_per_dim"), again.get("bits_per_dim"), "to the bit");
    }
  }

  /** The curve is that of the folder it names, whose run ended where it ends. */
  private void assertTraced(JsonNode run) throws IOException {
    Path there = folder.resolve("a").resolve(run.get("run").asText());
    Metrics.Curve curve = Metrics.read(there).curve("test/bits_per_dim");
    for (int i = 0; i < curve.size(); i++) {
      assertEquals(curve.values()[i], run.get("bits_per_dim").get(i).asDouble());
    }
    JsonNode result = new ObjectMapper().readTree(there.resolve("result.json").toFile());
    assertEquals(result.at("/bound/total/bitsPerDim").asDouble(), curve.values()[curve.size() - 1]);
  }

  @Tag("integration")
  @Test
  void aDivergedRunIsReportedWithWhatItHas() throws IOException {
    Files.writeString(
        folder.resolve("wild.yaml"),
        """
        training: {learning_rate: 1e30, warmup_steps: 4, learning_rate_decay: none, clip_norm: 0}
        """);
    Program.Outcome done =
        Program.call(
            folder,
            arguments(
                "digits-fixed",
                "wild.yaml",
                "digits-vdm",
                "--preset=digits-vdm",
                "--steps=4",
                "--seeds=1",
                "--out=a"));
    assertEquals(5, done.code(), done::toString);
    assertTrue(done.out().contains("a/wild-seed0: training diverged at step"), done::toString);
    JsonNode wild = json("a").get("presets").get(1);
    assertEquals("diverged", wild.at("/runs/0/state").asText());
    assertTrue(wild.at("/bits_per_dim/mean").isNull());
    assertEquals(0, wild.at("/bits_per_dim/seeds").asInt());
    JsonNode vdm = json("a").get("presets").get(2);
    double above =
        vdm.at("/bits_per_dim/mean").asDouble()
            - json("a").get("presets").get(0).at("/bits_per_dim/mean").asDouble();
    assertEquals(above, vdm.at("/above_first/mean").asDouble(), 1e-12);
    assertEquals(1, wild.at("/runs/0/bits_per_dim").size(), "measured before it diverged");
    String log = Files.readString(folder.resolve("a/wild-seed0/mulan.log"));
    assertTrue(log.contains("training diverged at step"), log);
  }

  @Test
  void anInterruptedComparisonIsReportedAndResumed() throws IOException {
    String[] arguments =
        arguments(
            "digits-fixed",
            "digits-vdm",
            "--steps=4",
            "--seeds=1",
            "--out=a",
            "--set=training.log_every=1");
    Path metrics = folder.resolve("a/digits-fixed-seed0/metrics.jsonl");
    Program.Outcome stopped =
        Program.callUntil(() -> metrics.toFile().length() > 0, folder, arguments);
    assertEquals(130, stopped.code(), stopped::toString);
    assertTrue(stopped.err().contains("the same command resumes"), stopped::toString);
    assertTrue(stopped.out().contains("a/digits-vdm-seed0 is not finished"), stopped::toString);
    assertEquals("unfinished", json("a").at("/presets/1/runs/0/state").asText());
    assertFalse(Files.exists(folder.resolve("a/digits-vdm-seed0")));

    Program.Outcome done = Program.call(folder, arguments).assertDone();
    assertTrue(done.err().contains("a/digits-fixed-seed0 from step"), done::toString);
    assertEquals("finished", json("a").at("/presets/1/runs/0/state").asText());
    // Stopped right where it would have been measured, a run lacks that one.
    assertTrue(json("a").at("/presets/0/runs/0/steps").size() >= 3);
    assertEquals(4, json("a").at("/presets/1/runs/0/steps").size());
  }

  @Test
  void comparisonsThatAreRefused() throws IOException {
    Program.call(folder, "compare").assertRefused(2, "needs PRESET");
    Program.call(folder, "compare", "digits").assertRefused(2, "a second PRESET", "digits");
    Program.call(folder, "compare", "digits", "digits").assertRefused(2, "digits is named twice");
    Program.call(folder, "compare", "digits", "digits-vmd")
        .assertRefused(3, "no preset 'digits-vmd'", "did you mean digits-vdm?");
    Program.call(folder, "compare", "digits", "photos")
        .assertRefused(3, "digits and photos cannot be compared: data.kind is digits");
    Program.call(folder, "compare", "digits", "digits-vdm", "--seeds=0")
        .assertRefused(2, "--seeds is '0'", "a whole number from 1");
    Program.call(folder, "compare", "digits", "digits-vdm", "--set=training.seed=3")
        .assertRefused(2, "training.seed", "--seeds");
    Program.call(folder, "compare", "digits", "digits-vdm", "--target=-1")
        .assertRefused(2, "--target is '-1'");
    assertFalse(Files.exists(folder.resolve("runs")), "nothing may be left behind");
    Files.createDirectories(folder.resolve("a/digits-vdm-seed1"));
    Files.writeString(folder.resolve("a/digits-vdm-seed1/thesis.txt"), "x");
    Program.call(folder, "compare", "digits", "digits-vdm", "--out=a")
        .assertRefused(3, "a/digits-vdm-seed1 holds no run", "another folder");
    assertFalse(Files.exists(folder.resolve("a/digits-seed0")), "nothing was begun");
    Files.createDirectory(folder.resolve("b"));
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("b/digits-seed0"));
    Program.call(folder, arguments("digits", "digits-vdm", "--out=b", "--steps=2"))
        .assertRefused(3, "b/digits-seed0 holds a run of another configuration", "--out");
  }
}
