package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report in a browser. Needs Chromium, which {@code -Dbrowser=} names. */
@Tag("browser")
final class ReportBrowserTest {
  private static final String BROWSER = System.getProperty("browser", "chromium");
  private static final int LONGEST_SECONDS = 120;

  /** Says what the browser makes of the page that it stands in. */
  private static final String PROBE =
      """
      <script>
      const errors = [];
      addEventListener('error', e => errors.push(e.message || 'resource'), true);
      addEventListener('load', () => {
        const seen = [...document.images].filter(i => i.complete && i.naturalWidth > 0);
        const wide = document.documentElement.scrollWidth - innerWidth;
        const loaded = performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:'));
        document.title = ['images', document.images.length, 'seen', seen.length, 'too wide', Math.max(0, wide),
          'errors', errors.length, 'loaded', loaded.length].join(' ');
      });
      </script>
      """;

  @TempDir Path folder;

  @BeforeEach
  void aReport() {
    Program.train(
            folder,
            "--run=runs/digits",
            "--steps=4",
            "--set=training.log_every=1",
            "--set=training.evaluate_every=2")
        .assertDone();
    Program.run(
            folder,
            "report",
            "runs/digits",
            "--samples=4",
            "--steps=2",
            "--images=12",
            "--out=page.html")
        .assertDone();
  }

  @Test
  void allFiguresAreThereAndNothingFailsOnAnyScreen() throws Exception {
    for (int width : List.of(500, 1200)) {
      String title = title(probed(), width);
      assertEquals("images 11 seen 11 too wide 0 errors 0 loaded 0", title, "at width " + width);
    }
    assertEquals("digits", title(folder.resolve("page.html"), 1200), "and without the probe");
  }

  @Test
  void theProbeSeesWhatIsMissing() throws Exception {
    String broken =
        Files.readString(probed()).replaceFirst("src=\"data:[^\"]*\"", "src=\"missing.png\"");
    Files.writeString(folder.resolve("broken.html"), broken);
    String title = title(folder.resolve("broken.html"), 1200);
    assertTrue(title.startsWith("images 11 seen 10 too wide 0 errors 1"), title);
  }

  @Test
  void inTheDarkThePageIsDarkAndTheFiguresAreNot() throws Exception {
    BufferedImage light = screenshot("light");
    BufferedImage dark = screenshot("dark", "--blink-settings=preferredColorScheme=0");
    assertTrue(brightness(light.getRGB(2, 2)) > 240, "the paper is white");
    assertTrue(brightness(dark.getRGB(2, 2)) < 40, "the paper is black");
    assertTrue(share(dark, 200) > 0.02, "figures lie on white: " + share(dark, 200));
  }

  private Path probed() throws IOException {
    String page = Files.readString(folder.resolve("page.html"));
    Path file = folder.resolve("probed.html");
    Files.writeString(file, page.replace("</head>", PROBE + "</head>"));
    return file;
  }

  private String title(Path page, int width) throws Exception {
    String dom =
        browse(
            "--dump-dom",
            "--virtual-time-budget=10000",
            "--window-size=" + width + ",900",
            uri(page));
    Matcher title = Pattern.compile("<title>(.*?)</title>").matcher(dom);
    assertTrue(title.find(), dom);
    return title.group(1);
  }

  private BufferedImage screenshot(String name, String... options) throws Exception {
    Path picture = folder.resolve(name + ".png");
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--hide-scrollbars", "--window-size=1000,3000"));
    arguments.addAll(List.of("--screenshot=" + picture, uri(folder.resolve("page.html"))));
    browse(arguments.toArray(String[]::new));
    return ImageIO.read(picture.toFile());
  }

  private static double share(BufferedImage picture, int bright) {
    long count = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        count += brightness(picture.getRGB(x, y)) > bright ? 1 : 0;
      }
    }
    return (double) count / picture.getWidth() / picture.getHeight();
  }

  private static int brightness(int rgb) {
    return ((rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff)) / 3;
  }

  private static String uri(Path page) {
    return page.toUri().toString();
  }

  private String browse(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                BROWSER,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("browser")));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("browser.txt");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(folder.resolve("browser-log.txt").toFile())
              .start();
    } catch (IOException e) {
      throw new AssertionError(
          "there is no browser " + BROWSER + ": apt-get install chromium, or -Dbrowser=PATH", e);
    }
    try {
      assertTrue(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS), "the browser hangs");
      assertEquals(0, process.exitValue(), Files.readString(folder.resolve("browser-log.txt")));
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out);
  }
}
