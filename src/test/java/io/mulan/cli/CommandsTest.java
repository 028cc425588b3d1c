package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CallsCommands
final class CommandsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "mulan,''",
    "train,train",
    "launch,launch",
    "compare,compare",
    "evaluate,evaluate",
    "sample,sample",
    "fid,fid",
    "reconstruct,reconstruct",
    "interpolate,interpolate",
    "plot,plot",
    "report,report",
    "export,export",
    "import,import",
    "illustrate,illustrate",
    "benchmark,benchmark",
    "graph,graph",
    "data-info,data info",
    "data-fetch,data fetch"
  })
  void helpIsTheRecordedText(String name, String command) throws IOException {
    String[] arguments = (command + " --help").strip().split(" ");
    try (InputStream in = CommandsTest.class.getResourceAsStream("/help/" + name + ".txt")) {
      String kept = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(kept, Program.call(folder, arguments).assertDone().out());
    }
  }

  @Test
  void theVersionNamesTensorFlowToo() {
    String out = Program.call(folder, "--version").assertDone().out();
    assertTrue(out.matches("mulan \\S.*, TensorFlow 2\\.\\d+\\.\\d+\n"), out);
  }

  @Test
  void theReportOfARunIsInItsFiles() throws IOException {
    Program.Outcome done =
        Program.trainPlain(folder, "--steps=4", "--set=training.log_every=2").assertDone();
    assertTrue(done.out().contains("after 4 steps"), done::toString);
    assertTrue(done.out().contains("stratified times for each of 297 test images"), done::toString);
    assertTrue(done.err().contains("step 2/4"), done::toString);
    Path run = folder.resolve("runs/digits");
    JsonNode result = new ObjectMapper().readTree(run.resolve("result.json").toFile());
    assertEquals(4, result.get("steps").asInt());
    JsonNode bound = result.get("bound");
    double sum = 0;
    for (JsonNode term : bound.get("terms")) {
      sum += term.get("bitsPerDim").asDouble();
    }
    assertEquals(bound.get("total").get("bitsPerDim").asDouble(), sum, 1e-9);
    String total = String.format(Locale.ROOT, "%.4f ±", sum);
    assertTrue(done.out().contains(total), done::toString);
    List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertEquals(3, metrics.size(), metrics::toString);
    assertTrue(Files.readString(run.resolve("mulan.log")).contains("step 4/4"));
    assertTrue(Files.readString(run.resolve("config.yaml")).contains("channels: 8"));
    try (var entries = Files.list(run)) {
      assertTrue(entries.anyMatch(p -> p.getFileName().toString().startsWith("events.out.tfev")));
    }
    try (var made = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("runs")), made.toList());
    }
  }

  @Tag("integration")
  @Test
  void aDryRunPrintsWeightsMemoryAndTimeWithoutTraining() {
    String out = Program.call(folder, "train", "--dry-run").assertDone().out();
    assertTrue(out.contains("kind: digits"), out);
    assertTrue(out.matches("(?s).*all +1 1\\d\\d \\d\\d\\d\n.*"), out);
    assertTrue(out.contains("memory  "), out);
    assertTrue(out.contains("time  "), out);
    assertTrue(!Files.exists(folder.resolve("runs")), "a dry run leaves nothing");
  }

  private Program.Outcome benchmark(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "benchmark",
                "--set=latent.kind=none",
                "--set=schedule.kind=scalar",
                "--set=network.channels=8",
                "--set=network.layers=1",
                "--set=network.groups=2"));
    all.addAll(List.of(more));
    return Program.call(folder, all.toArray(String[]::new));
  }

  @Tag("integration")
  @Test
  void aBenchmarkMeasuresBothWaysAndIsComparedWithAnEarlierOne() throws IOException {
    Files.writeString(
        folder.resolve("earlier.json"),
        """
        {"format": "mulan benchmark 1", "what": "train", "model": "digits", "batch": 64,
         "precision": "bfloat16", "threads": 8, "steps": 1, "versions": {},
         "machine": {"convolutionFlopsPerSecond": 2e9, "productFlopsPerSecond": 4e9},
         "columns": {"XLA off": {"step": {"buildSeconds": 1.0, "imagesPerSecond": 1e-3,
           "timing": {"firstSeconds": 1.0, "medianSeconds": 1e6, "lowerQuartileSeconds": 1e6,
             "upperQuartileSeconds": 1e6}}}}}
        """);
    String out =
        benchmark("--steps=2", "--set=training.batch=16", "--json=b.json", "--compare=earlier.json")
            .assertDone()
            .out();
    assertTrue(out.contains("XLA off"), out);
    JsonNode json = new ObjectMapper().readTree(folder.resolve("b.json").toFile());
    for (String xla : List.of("XLA off", "XLA on")) {
      JsonNode step = json.get("columns").get(xla).get("step");
      double median = step.get("timing").get("medianSeconds").asDouble();
      double first = step.get("timing").get("firstSeconds").asDouble();
      assertTrue(median > 0 && median < first, step::toString);
      assertEquals(16 / median, step.get("imagesPerSecond").asDouble(), 1e-6 / median);
      double speed = step.get("flopsPerImage").asDouble() * 16 / median;
      double peak = json.at("/machine/convolutionFlopsPerSecond").asDouble();
      double share = json.get("columns").get(xla).get("ofConvolutionPeak").asDouble();
      assertEquals(speed / peak, share, 1e-9);
      double parts = step.at("/profile/hostSeconds").asDouble();
      for (JsonNode part : step.at("/profile/parts")) {
        parts += part.get("seconds").asDouble();
      }
      assertEquals(median, parts, 1e-9);
    }
    assertTrue(out.contains("one compiled call"), out);
    String compared = out.substring(out.indexOf("earlier.json"));
    assertTrue(compared.contains("digits, batch 64, products in bfloat16, 8 threads"), out);
    assertTrue(compared.matches("(?s).*step, median +ms +1 000 000 000 +\\S+ +0\\.00\n.*"), out);
    assertTrue(
        compared.matches("(?s).*peak, convolution +GFLOP/s +2\\.00 +\\S+ +\\d+\\.\\d\\d\n.*"), out);
    assertTrue(!compared.contains("work an image"), out);
  }

  @Tag("integration")
  @Test
  void aBenchmarkOfInferenceHasTheBareNetworkNextToIt() {
    Program.Outcome done =
        benchmark("--what=score", "--steps=2", "--batch=16", "--json=s.json").assertDone();
    assertTrue(done.out().contains("the bare network is"), done::toString);
    Program.call(folder, "benchmark", "--what=sample", "--compare=s.json")
        .assertRefused(3, "s.json is of --what score", "--what sample");
  }

  @Test
  void optionsThatABenchmarkRefuses() throws IOException {
    Files.writeString(folder.resolve("foreign.json"), "{\"off\": {}}");
    Program.call(folder, "benchmark", "--what=everything").assertRefused(2, "--what", "train");
    Program.call(folder, "benchmark", "--steps=0").assertRefused(2, "--steps");
    Program.call(folder, "benchmark", "--what=score", "--xla=on").assertRefused(2, "--xla");
    Program.call(folder, "benchmark", "--run=a", "--batch=3").assertRefused(2, "--batch", "--run");
    Program.call(folder, "benchmark", "--compare=none.json")
        .assertRefused(3, "none.json is not there");
    Program.call(folder, "benchmark", "--compare=foreign.json")
        .assertRefused(3, "foreign.json holds no figures");
  }
}
