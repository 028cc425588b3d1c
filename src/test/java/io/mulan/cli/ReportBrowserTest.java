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
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report in a browser. Needs Chromium, which {@code -Dbrowser=} names. */
@Tag("browser")
final class ReportBrowserTest {
  private static final String BROWSER = System.getProperty("browser", "chromium");
  private static final int LONGEST_SECONDS = 300;

  /** Says what the browser makes of the page that it stands in, to the page around that one. */
  private static final String PROBE =
      """
      <script>
      const errors = [];
      addEventListener('error', e => errors.push(e.message || 'resource'), true);
      addEventListener('load', () => {
        const seen = [...document.images].filter(i => i.complete && i.naturalWidth > 0);
        const wide = document.documentElement.scrollWidth - innerWidth;
        const loaded = performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:'));
        parent.postMessage([document.title, 'images', document.images.length, 'seen', seen.length,
          'too wide', Math.max(0, wide), 'errors', errors.length, 'loaded', loaded.length].join(' '), '*');
      });
      </script>
      """;

  /** Shows pages in frames, and what each says. */
  private static final String FRAMES =
      """
      <body>
      <script>
      addEventListener('message', e => {
        const frames = [...document.querySelectorAll('iframe')];
        const at = frames.findIndex(frame => frame.contentWindow === e.source);
        document.body.append(Object.assign(document.createElement('p'), {textContent: at + ': ' + e.data}));
      });
      for (const [page, width] of [PAGES]) {
        document.body.append(Object.assign(document.createElement('iframe'), {src: page, width, height: 900}));
      }
      </script>
      </body>
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void aReport() throws IOException {
    SmallRuns.copy(SmallRuns.learned(), folder.resolve("digits"));
    Program.call(
            folder,
            "report",
            "digits",
            "--samples=4",
            "--steps=2",
            "--images=12",
            "--out=page.html")
        .assertDone();
    String page = Files.readString(folder.resolve("page.html"));
    String probed = page.replace("</head>", PROBE + "</head>");
    Files.writeString(folder.resolve("probed.html"), probed);
    Files.writeString(
        folder.resolve("broken.html"),
        probed.replaceFirst("src=\"data:[^\"]*\"", "src=\"missing.png\""));
  }

  @Test
  void allFiguresShowOnAllScreensAndTheProbeFindsMissingOnes() throws Exception {
    List<String> said = said("['probed.html', 500], ['probed.html', 1200], ['broken.html', 1200]");
    assertEquals(3, said.size(), said::toString);
    String whole = ": digits images 11 seen 11 too wide 0 errors 0 loaded 0";
    assertEquals("0" + whole, said.get(0), "500 wide");
    assertEquals("1" + whole, said.get(1), "1200 wide");
    assertTrue(
        said.get(2).startsWith("2: digits images 11 seen 10 too wide 0 errors 1"), said.get(2));
  }

  @Test
  void theDarkModeLeavesFiguresLight() throws Exception {
    BufferedImage light = screenshot("light");
    BufferedImage dark = screenshot("dark", "--blink-settings=preferredColorScheme=0");
    assertTrue(brightness(light.getRGB(2, 2)) > 240, "the paper is white");
    assertTrue(brightness(dark.getRGB(2, 2)) < 40, "the paper is black");
    assertTrue(share(dark, 200) > 0.02, "figures lie on white: " + share(dark, 200));
  }

  /** What these pages say, in their order. */
  private static List<String> said(String pages) throws Exception {
    Path frames = folder.resolve("frames.html");
    Files.writeString(frames, FRAMES.replace("PAGES", pages));
    String dom = browse("--dump-dom", "--virtual-time-budget=10000", uri(frames));
    return Pattern.compile("<p>(.*?)</p>")
        .matcher(dom)
        .results()
        .map(r -> r.group(1))
        .sorted()
        .toList();
  }

  private static BufferedImage screenshot(String name, String... options) throws Exception {
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

  private static String browse(String... arguments) throws Exception {
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
