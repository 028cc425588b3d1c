package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.PythonScript;
import io.mulan.run.RunFolder;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The TensorBoard of PyPI shows all that a run has written, its pages in a Chromium. Needs the
 * Python of {@code scripts/python/setup}, which {@code -Dpython=} names, and a Chromium.
 */
@Tag("browser")
final class TensorBoardTest {
  @TempDir Path folder;

  @Test
  void showsAllOfAResumedRun() throws Exception {
    String[] settings = {
      "--run=a", "--steps=4", "--set=training.summaries_every=2", "--set=training.evaluate_every=2"
    };
    Program.train(folder, settings).assertDone();
    Program.run(folder, "train", "--resume=a", "--steps=6").assertDone();
    JsonNode shown = shown(folder.resolve("a"));

    assertTrue(names(shown, "scalars").contains("test/bits_per_dim"), shown::toString);
    assertEquals(Set.of("samples", "schedule/gamma", "schedule/sigma2"), names(shown, "images"));
    for (JsonNode image : shown.get("images")) {
      assertEquals("[2,4,6]", image.get("steps").toString());
      assertTrue(image.get("size").get(0).asInt() > 100, image::toString);
    }
    JsonNode times = shown.get("histograms").get("times");
    assertEquals("[0,2,4]", times.get("steps").toString());
    assertEquals("[16.0,16.0,16.0]", times.get("counts").toString());
    assertTrue(times.get("least").asDouble() >= 0, times::toString);
    assertTrue(times.get("greatest").asDouble() <= 1, times::toString);
    assertTrue(names(shown, "histograms").contains("gradients/score_model/conv_in"));
    assertTrue(names(shown, "histograms").contains("weights/gamma/dense_1"));
    String config = shown.get("texts").get("config").get(0).asText();
    assertTrue(config.contains("gamma_min: -8"), config);
    assertEquals(2, shown.get("texts").get("config").size());
    assertTrue(shown.get("graph").get("network").asBoolean());
    assertTrue(shown.get("graph").get("nodes").asInt() > 1000, () -> "" + shown.get("graph"));

    assertEquals(
        RunFolder.readConfig(folder.resolve("a")).settings().keySet(), names(shown, "hparams"));
    assertEquals("[\"test/bits_per_dim\"]", shown.get("metrics").toString());
    JsonNode session = shown.get("sessions").get(0);
    assertEquals(8, session.get("hparams").get("network.channels").asInt());
    assertEquals("top_k", session.get("hparams").get("latent.kind").asText());
    JsonNode metric = session.get("metricValues").get(0);
    assertEquals("test/bits_per_dim", metric.get("name").get("tag").asText());
    double result = RunFolder.result(folder.resolve("a")).get().bound().total().bitsPerDim();
    assertEquals(result, metric.get("value").asDouble(), 1e-6 * result);
    assertEquals(6, metric.get("trainingStep").asInt());
    assertEquals("STATUS_SUCCESS", session.get("sessions").get(0).get("status").asText());
  }

  private JsonNode shown(Path run) throws Exception {
    Path json = folder.resolve("shown.json");
    PythonScript.run("check_tensorboard.py", run, "--json=" + json);
    return new ObjectMapper().readTree(json.toFile());
  }

  private static Set<String> names(JsonNode shown, String page) {
    Set<String> names = new TreeSet<>();
    JsonNode tags = shown.get(page);
    if (tags.isArray()) {
      tags.forEach(tag -> names.add(tag.asText()));
    } else {
      tags.fieldNames().forEachRemaining(names::add);
    }
    return names;
  }
}
