package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.numpy.Npz;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** {@code mulan evaluate} on a small run. */
@CallsCommands
final class LikelihoodCommandTest {
  @TempDir static Path folder;

  @BeforeAll
  static void copy() {
    SmallRuns.copy(SmallRuns.learned(), folder.resolve("a"));
    SmallRuns.copy(SmallRuns.plain(), folder.resolve("plain"));
  }

  private static Program.Outcome evaluate(String... more) {
    return evaluateRun("a", more);
  }

  private static Program.Outcome evaluateRun(String run, String... more) {
    String[] all =
        Stream.concat(Stream.of("evaluate", run), Stream.of(more)).toArray(String[]::new);
    return Program.call(folder, all);
  }

  private static JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }

  private static double total(JsonNode report) {
    double sum = 0;
    for (JsonNode term : report.get("terms")) {
      sum += term.get("bitsPerDim").asDouble();
    }
    assertEquals(report.get("total").get("bitsPerDim").asDouble(), sum, 1e-9);
    return sum;
  }

  @Test
  void theBoundIsReportedWithEverythingToRepeatIt() throws IOException {
    Program.Outcome done = evaluate("--times=4", "--limit=20", "--json=bound.json").assertDone();
    assertTrue(done.out().contains("the first 20 test images of digits"), done::toString);
    assertTrue(done.out().contains("4 stratified times"), done::toString);
    JsonNode report = json("bound.json");
    total(report);
    for (String key : List.of("how", "step", "weights", "settings", "versions", "seconds")) {
      assertTrue(report.has(key), key);
    }
    assertEquals(4, report.get("settings").get("times").asInt());
    // More images continue from those that are there, and those do not change.
    Program.Outcome more = evaluate("--times=4", "--limit=30", "--batch=7").assertDone();
    assertTrue(more.err().contains("20 images are measured already"), more::toString);
    Path table = table(more);
    assertEquals(31, Files.readAllLines(table).size());
    Files.delete(table);
    evaluate("--times=4", "--limit=20", "--batch=5", "--json=again.json").assertDone();
    assertEquals(
        report.get("total").get("bitsPerDim").asDouble(),
        json("again.json").get("total").get("bitsPerDim").asDouble(),
        1e-5,
        "another batch, the same noise");
  }

  /** The table that a report names. */
  private static Path table(Program.Outcome done) {
    Matcher files = Pattern.compile("files: (\\S+)\\.\\{csv,npz,json}").matcher(done.out());
    assertTrue(files.find(), done::toString);
    return folder.resolve(files.group(1) + ".csv");
  }

  @Tag("integration")
  @Test
  void exactLikelihoodsWithAllOptions() throws IOException {
    String[] loose = {"--method=exact", "--limit=3", "--rtol=1e-2", "--atol=1e-2"};
    Program.Outcome one = exact("a", loose, "--json=one.json").assertDone();
    assertTrue(one.out().contains("probability flow"), one::toString);
    assertTrue(one.out().contains("evaluations of the flow"), one::toString);
    JsonNode report = json("one.json");
    total(report);
    assertTrue(report.get("evaluations").asDouble() > 10);
    try (Npz npz = Npz.open(Path.of(table(one).toString().replace(".csv", ".npz")))) {
      double[] nats = npz.array("total").toDoubles();
      assertEquals(3, nats.length);
      double mean = Arrays.stream(nats).average().orElseThrow();
      assertEquals(report.get("total").get("bitsPerDim").asDouble(), mean / 64 / Math.log(2), 1e-9);
    }
    exact("a", loose, "--samples=3", "--json=three.json").assertDone();
    double gained = json("three.json").get("terms").get("importance").get("bitsPerDim").asDouble();
    assertTrue(gained < 0, "samples tighten the bound: " + gained);
    exact("plain", loose, "--dequantisation=uniform", "--probe=gaussian").assertDone();
    Program.Outcome published = exact("a", loose, "--published").assertDone();
    assertTrue(published.out().contains("AS PUBLISHED"), published::toString);
  }

  private static Program.Outcome exact(String run, String[] options, String... more) {
    return evaluateRun(
        run, Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new));
  }

  @Test
  void weightedTrajectories() throws IOException {
    evaluate("--importance=4", "--steps=8", "--limit=6", "--json=w.json").assertDone();
    JsonNode terms = json("w.json").get("terms");
    assertTrue(terms.get("trajectory").get("bitsPerDim").asDouble() > 0);
    assertTrue(terms.get("importance").get("bitsPerDim").asDouble() < 0);
    total(json("w.json"));
  }

  @Test
  void anInterruptedEvaluationResumesToTheSameFigures() throws IOException {
    String[] arguments = {
      "evaluate", "plain", "--times=2", "--seed=9", "--limit=40", "--batch=8", "--json=i.json"
    };
    AtomicInteger looks = new AtomicInteger();
    Program.Outcome stopped =
        Program.callUntil(() -> looks.incrementAndGet() > 3, folder, arguments);
    assertEquals(130, stopped.code(), stopped::toString);
    Matcher kept =
        Pattern.compile("(\\d+) of 40 images are kept in (\\S+); ").matcher(stopped.err());
    assertTrue(kept.find(), stopped::toString);
    Path table = Path.of(kept.group(2));
    List<String> before = Files.readAllLines(table);
    assertEquals(Integer.parseInt(kept.group(1)) + 1, before.size());
    assertTrue(before.size() > 8 && before.size() < 40, kept.group());
    Program.call(folder, arguments).assertDone();
    List<String> after = Files.readAllLines(table);
    assertEquals(41, after.size());
    assertEquals(before, after.subList(0, before.size()));
    JsonNode resumed = json("i.json");
    Files.delete(table);
    Program.call(folder, arguments).assertDone();
    assertEquals(resumed.get("total"), json("i.json").get("total"));
  }

  @Test
  void yourOwnImages() throws IOException {
    Program.call(folder, "sample", "plain", "--count=3", "--steps=2", "--out=own").assertDone();
    evaluateRun("plain", "--images=own/images", "--times=2", "--json=png.json").assertDone();
    evaluateRun("plain", "--images=own/samples.npz", "--times=2", "--json=npz.json").assertDone();
    assertEquals(3, json("png.json").get("count").asInt());
    assertEquals(json("png.json").get("total"), json("npz.json").get("total"));
  }

  @Test
  void imagesAreRankedNextToTestImages() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Random random = new Random(1);
    for (String name : List.of("plain", "noise, \"grey\"")) {
      BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
      for (int i = 0; i < 64 && !name.equals("plain"); i++) {
        picture.getRaster().setSample(i % 8, i / 8, 0, random.nextInt(256));
      }
      ImageIO.write(picture, "png", pictures.resolve(name + ".png").toFile());
    }
    Program.Outcome done =
        evaluateRun("plain", "--images=pictures", "--times=4", "--rank=20").assertDone();
    Matcher files = Pattern.compile("ranked: (.*)\\.\\{csv,html}").matcher(done.out());
    assertTrue(files.find(), done::toString);
    List<String> lines = Files.readAllLines(Path.of(files.group(1) + ".csv"));
    assertEquals(
        "rank,image,name,bits_per_dim,less_pixels,less_png,"
            + "test_below_bits_per_dim,test_below_less_pixels,test_below_less_png",
        lines.get(0));
    List<String> images = lines.subList(1, 3).stream().map(l -> l.substring(2)).sorted().toList();
    assertTrue(images.get(0).startsWith("0,\"noise, \"\"grey\"\".png\","), images.get(0));
    assertTrue(images.get(1).startsWith("1,plain.png,"), images.get(1));
    double[] bits =
        lines.subList(1, 3).stream()
            .map(l -> l.replaceFirst(".*\\.png\"?,", ""))
            .mapToDouble(l -> Double.parseDouble(l.split(",")[0]))
            .toArray();
    assertTrue(bits[0] >= bits[1], "the least likely first: " + lines);
    String page = Files.readString(Path.of(files.group(1) + ".html"));
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page.replaceFirst("<!DOCTYPE html>", ""))));
    assertTrue(page.contains("noise, &quot;grey&quot;.png"));
    assertTrue(page.contains("the first 20 test images of digits"));
  }

  @Test
  void badInput() throws IOException {
    Program.call(folder, "evaluate").assertRefused(2, "needs RUN");
    Program.call(folder, "evaluate", "none").assertRefused(3, "none is not there");
    evaluate("--times=0").assertRefused(2, "--times is '0'", "from 1");
    evaluate("--method=exact", "--rtol=0").assertRefused(2, "--rtol is '0'", "above 0");
    evaluate("--method=exact", "--atol=-1e-5").assertRefused(2, "--atol is '-1e-5'", "above 0");
    evaluate("--method=exakt").assertRefused(2, "--method is 'exakt'", "bound|exact");
    evaluate("--rtol=1e-5").assertRefused(2, "--rtol goes with --method exact");
    evaluate("--step=3").assertRefused(2, "--step is '3'", "[2, 4]");
    evaluate("--images=none").assertRefused(3, "none is not a file or folder");
    Files.createDirectory(folder.resolve("empty"));
    evaluate("--images=empty").assertRefused(3, "empty has no picture (png, ");
    Files.writeString(folder.resolve("broken.png"), "not a picture");
    evaluate("--images=broken.png").assertRefused(3, "broken.png is damaged or not a picture");
    Path young = Files.createDirectory(folder.resolve("young"));
    Files.copy(folder.resolve("a/config.yaml"), young.resolve("config.yaml"));
    Program.call(folder, "evaluate", "young").assertRefused(4, "young has no checkpoint yet");
  }

  @Test
  void aDamagedCheckpoint() throws IOException {
    Path run = SmallRuns.copy(SmallRuns.plain(), folder.resolve("b"));
    Path data = run.resolve("checkpoints/4/state.data-00000-of-00001");
    byte[] content = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(content, content.length / 2));
    Program.call(folder, "evaluate", "b").assertRefused(4, "checkpoints/4 is damaged");
  }
}
