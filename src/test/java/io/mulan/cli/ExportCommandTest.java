package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan export}, and what other commands make of an exported model. */
@CallsCommands
final class ExportCommandTest {
  @TempDir static Path folder;

  @BeforeAll
  static void export() {
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("a"));
    Program.Outcome done = Program.call(folder, "export", "a", "--licence=CC0").assertDone();
    assertTrue(done.out().contains("savedmodels/a/1"), done::toString);
  }

  private static JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }

  @Test
  void theModelCardNamesItsOrigin() throws IOException {
    JsonNode card = json("savedmodels/a/1/assets/model.json");
    JsonNode result = json("a/result.json");
    assertEquals(4, card.get("step").asLong());
    assertEquals("digits", card.get("data").get("kind").asText());
    assertEquals("CC0", card.get("licence").get("model").asText());
    assertTrue(card.get("licence").get("data").asText().contains("CC BY 4.0"));
    assertEquals(
        result.get("bound").get("total").get("bitsPerDim"),
        card.get("likelihood").get("bits_per_dim"));
    assertEquals(result.get("parameters"), card.get("parameters"));
    assertEquals(
        Files.readString(folder.resolve("a/config.yaml")),
        Files.readString(folder.resolve("savedmodels/a/1/assets/config.yaml")));
  }

  @Test
  void anExportedModelIsEvaluatedAndSampledLikeTheRun() throws IOException {
    String run = SmallRuns.copy(SmallRuns.learned(), folder.resolve("learned")).toString();
    String model = SmallRuns.exported().toString();
    evaluate(run, "run.json");
    evaluate(model, "exported.json");
    assertEquals(json("run.json").get("total"), json("exported.json").get("total"));
    assertEquals(json("run.json").get("weights"), json("exported.json").get("weights"));
    assertArrayEquals(sample(run, "drawn"), sample(model + "/1", "drawn-exported"));
    assertFalse(Files.exists(Path.of(model, "1", "evaluations")), "a server looks there");
  }

  private static void evaluate(String model, String file) {
    Program.call(folder, "evaluate", model, "--times=2", "--limit=10", "--json=" + file)
        .assertDone();
  }

  private static byte[] sample(String model, String out) {
    Program.call(folder, "sample", model, "--count=2", "--steps=3", "--out=" + out).assertDone();
    try (Npz npz = Npz.open(folder.resolve(out).resolve("samples.npz"))) {
      return npz.array("images").toBytes();
    }
  }

  @Test
  void exportsThatAreRefused() throws IOException {
    Program.call(folder, "export", "a", "--version=1")
        .assertRefused(3, "savedmodels/a/1 is there already", "--version");
    Program.call(folder, "export", "a", "--version=0").assertRefused(2, "--version is '0'");
    Program.call(folder, "export", "savedmodels/a", "--npz=a.npz")
        .assertRefused(3, "savedmodels/a is an exported model, which has no optimiser");
    Program.call(folder, "export", "a", "--score-times=0").assertRefused(2, "--score-times is '0'");
    Program.call(folder, "export", "none").assertRefused(3, "none is not there");
    Program.call(folder, "evaluate", "savedmodels/a", "--step=4").assertRefused(2, "--step");
    Path foreign = Files.createDirectories(folder.resolve("foreign/1"));
    Files.writeString(foreign.resolve("saved_model.pb"), "of another program");
    Program.call(folder, "evaluate", "foreign")
        .assertRefused(4, "SavedModel of another program", "mulan export");
    Path damaged = Files.createDirectories(folder.resolve("damaged/1/assets")).getParent();
    Files.copy(
        folder.resolve("savedmodels/a/1/assets/model.json"), damaged.resolve("assets/model.json"));
    Program.call(folder, "sample", "damaged").assertRefused(4, "damaged", "export it again");
  }
}
