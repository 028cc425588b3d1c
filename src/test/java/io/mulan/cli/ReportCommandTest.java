package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@CallsCommands
final class ReportCommandTest {
  private static final long LARGEST_BYTES = 2_000_000;

  @TempDir Path folder;

  @Test
  void aReportHoldsTheFiguresOfTheRun() throws Exception {
    copy(SmallRuns.learned(), "runs/digits");
    Program.call(folder, "evaluate", "runs/digits", "--limit=4", "--times=2").assertDone();
    String out = report("runs/digits", "--samples=4", "--steps=2", "--images=12").out();
    Path file = folder.resolve("runs/digits/report.html");
    assertTrue(out.startsWith(file + " ("), out);
    assertTrue(Files.size(file) < LARGEST_BYTES);
    Document page = parse(file);
    List<Element> images = elements(page, "img");
    assertEquals(5 + 6, images.size(), "data, samples, bits/dim, terms, latent; and schedules");
    for (Element image : images) {
      assertTrue(image.getAttribute("src").startsWith("data:image/"), "it is in the page");
      assertFalse(image.getAttribute("alt").isBlank());
    }
    assertEquals(0, elements(page, "script").size() + elements(page, "link").size());
    String text = page.getDocumentElement().getTextContent();
    double total =
        new ObjectMapper()
            .readTree(folder.resolve("runs/digits/result.json").toFile())
            .at("/bound/total/bitsPerDim")
            .asDouble();
    assertTrue(text.contains(String.format(Locale.ROOT, "%.4f ± ", total)), text);
    assertTrue(text.contains("the first 4 test images of digits"), text);
    assertTrue(text.contains("weights: score network"), text);
    assertTrue(text.contains("sampler ancestral, steps 2"), text);
    assertTrue(text.contains("On the first 12 test images, weights of step 4"), text);
    assertFalse(text.contains("not finished"), text);
  }

  @Tag("integration")
  @Test
  void itsCommandsRepeatWhatWasDone() throws Exception {
    train("runs/a", "--preset=digits-vdm", "--steps=2", "--set=data.split_seed=7");
    Program.call(folder, "evaluate", "runs/a", "--limit=3", "--times=2", "--split=train")
        .assertDone();
    report("runs/a", "--samples=0", "--images=0");
    List<String> commands =
        elements(parse(folder.resolve("runs/a/report.html")), "code").stream()
            .map(Element::getTextContent)
            .filter(code -> code.startsWith("mulan train"))
            .flatMap(String::lines)
            .toList();
    assertEquals(3, commands.size(), commands::toString);
    assertTrue(commands.get(0).contains("--preset digits-vdm"), commands::toString);
    String config = Files.readString(folder.resolve("runs/a/config.yaml"));
    Program.call(folder, words(commands.get(0).replace("runs/a", "runs/b"))).assertDone();
    assertEquals(config, Files.readString(folder.resolve("runs/b/config.yaml")));
    Program.Outcome again = Program.call(folder, words(commands.get(1))).assertDone();
    assertTrue(again.err().contains("3 images are measured already"), again::toString);
  }

  private static String[] words(String command) {
    return command.substring("mulan ".length()).split(" ");
  }

  @Test
  void runsStandSideBySide() throws Exception {
    copy(SmallRuns.learned(), "runs/digits");
    copy(SmallRuns.plain(), "runs/vdm");
    Files.delete(folder.resolve("runs/vdm/result.json"));
    String out =
        report("runs/digits", "runs/vdm", "--out=new/both.html", "--samples=0", "--images=0").out();
    assertTrue(out.startsWith(folder.resolve("new/both.html").toString()), out);
    Document page = parse(folder.resolve("new/both.html"));
    List<String> heads =
        elements(page, "th").stream().map(Element::getTextContent).distinct().toList();
    assertTrue(heads.containsAll(List.of("digits", "vdm", "schedule.kind")), heads::toString);
    String text = page.getDocumentElement().getTextContent();
    assertTrue(text.contains("vdm: 4 of 4 steps. It is still training, or was ended"), text);
    assertTrue(text.contains("Bits/dim on the test images, with standard errors"), text);
  }

  @Tag("integration")
  @Test
  void theReportOfADivergedRunSaysSoFirst() throws Exception {
    assertEquals(
        5,
        Program.trainPlain(
                folder,
                "--run=runs/wild",
                "--steps=50",
                "--set=training.log_every=1",
                "--set=training.learning_rate=1e30",
                "--set=training.warmup_steps=0")
            .code());
    report("runs/wild");
    Document page = parse(folder.resolve("runs/wild/report.html"));
    Element notice =
        elements(page, "p").stream()
            .filter(p -> p.getAttribute("class").equals("notice"))
            .findFirst()
            .orElseThrow();
    assertTrue(notice.getTextContent().contains("Training diverged: "), notice.getTextContent());
    assertTrue(notice.getTextContent().matches("wild: \\d+ of 50 steps\\..*"));
    String text = page.getDocumentElement().getTextContent();
    assertTrue(text.contains("None were drawn"), text);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no such names
  void textsOfFilesAreEscaped() throws Exception {
    String name = "<script>alert('&amp;')</script>".replace("/", "") + "\"\u0007";
    String feature = "</style><img src=x onerror=alert(1)>&\"'";
    train("runs/" + name, "--steps=2", "--set=data.feature=" + feature);
    report("runs/" + name, "--out=page.html", "--samples=0", "--images=0");
    Document page = parse(folder.resolve("page.html"));
    assertEquals(0, elements(page, "script").size());
    assertEquals(name.replace('\u0007', '?'), elements(page, "h1").get(0).getTextContent());
    List<String> cells = elements(page, "td").stream().map(Element::getTextContent).toList();
    assertTrue(cells.contains(feature), cells::toString);
    assertTrue(
        elements(page, "img").stream().allMatch(i -> i.getAttribute("src").startsWith("data:")));
  }

  @Test
  void reportsThatAreRefused() throws IOException {
    Program.call(folder, "report").assertRefused(2, "needs RUN");
    Program.call(folder, "report", "none").assertRefused(3, "none is not there");
    Files.createDirectories(folder.resolve("empty"));
    Program.call(folder, "report", "empty").assertRefused(3, "empty holds no run");
    Program.call(folder, "report", "a", "./a").assertRefused(2, "named twice");
    Program.call(folder, "report", "a", "--samples=-1").assertRefused(2, "--samples");
    Path exported = Path.of("savedmodels/digits/1").toAbsolutePath();
    Program.call(folder, "report", exported.toString()).assertRefused(3, "is an exported model");
  }

  private void train(String run, String... arguments) {
    List<String> all = new ArrayList<>(List.of("--run", run, "--set=training.log_every=1"));
    all.addAll(List.of(arguments));
    Program.trainPlain(folder, all.toArray(String[]::new)).assertDone();
  }

  private void copy(Path run, String to) throws IOException {
    Files.createDirectories(folder.resolve(to).getParent());
    SmallRuns.copy(run, folder.resolve(to));
  }

  private Program.Outcome report(String... arguments) {
    List<String> all = new ArrayList<>(List.of("report"));
    all.addAll(List.of(arguments));
    return Program.call(folder, all.toArray(String[]::new)).assertDone();
  }

  /** A page is XML. */
  private static Document parse(Path page) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
  }

  private static List<Element> elements(Document page, String tag) {
    NodeList found = page.getElementsByTagName(tag);
    return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
  }
}
