package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.PythonScript;
import io.mulan.files.AtomicFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * TensorBoard's own reader has each step once, of a run that was killed and resumed. Needs the
 * Python of {@code scripts/python/setup}, which {@code -Dpython=} names.
 */
@Tag("python")
final class TensorBoardStepsTest {
  @TempDir Path folder;

  @Test
  void aKilledAndResumedRunHasEachStepOnce() throws Exception {
    String[] settings = {
      "--run=a",
      "--steps=6",
      "--set=training.summaries_every=2",
      "--set=training.save_every=2",
      "--set=training.evaluate_every=2",
      "--set=training.log_every=1",
      "--set=training.keep=3"
    };
    Program.train(folder, settings).assertDone();
    Path run = folder.resolve("a");
    // As after a kill before the checkpoint of step 6, and one within the evaluation of step 4.
    Files.delete(run.resolve("result.json"));
    AtomicFolder.delete(run.resolve("checkpoints/6"));
    Program.run(folder, "train", "--resume=a").assertDone();
    Files.delete(run.resolve("result.json"));
    Program.run(folder, "train", "--resume=a").assertDone();

    JsonNode steps = steps(run);
    assertEquals("[1,2,3,4,5,6]", steps.get("train/bits_per_dim").toString());
    assertEquals("[2,4,6]", steps.get("test/bits_per_dim").toString());
    assertEquals("[2,4,6]", steps.get("samples").toString());
    assertEquals("[2,4,6]", steps.get("schedule/gamma").toString());
    assertEquals("[0,2,4]", steps.get("times").toString());
    assertTrue(steps.has("_hparams_/session_start_info"), steps::toString);
  }

  private JsonNode steps(Path run) throws Exception {
    Path json = folder.resolve("steps.json");
    PythonScript.run("check_steps.py", run, "--json=" + json);
    return new ObjectMapper().readTree(json.toFile());
  }
}
