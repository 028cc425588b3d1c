package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mulan.files.AtomicFolder;
import io.mulan.files.Cache;
import io.mulan.files.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server in this process. */
class DownloadTest {
  private static final Download.Patience LONG =
      new Download.Patience(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofMillis(1));

  /** Where an answer is expected that stops. */
  private static final Download.Patience SHORT =
      new Download.Patience(LONG.answer(), Duration.ofMillis(200), LONG.pause());

  @TempDir Path folder;
  private final byte[] content = new byte[300_000];
  private final List<String> ranges = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private String md5;

  @BeforeEach
  void start() throws IOException {
    new Random(3).nextBytes(content);
    md5 = Download.md5(Files.write(folder.resolve("original"), content));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private Download download(String path) {
    return new Download(address(path), "set.bin", 400_000, md5, ProxySelector.getDefault());
  }

  private Path fetch(String path) {
    return download(path).into(folder, LONG, (file, bytes) -> {});
  }

  /** Sends what is asked for from {@code from} on, but after {@code most} bytes breaks off. */
  private void send(HttpExchange exchange, int from, int most) throws IOException {
    ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
    int length = content.length - from;
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
    exchange.getResponseBody().write(content, from, Math.min(most, length));
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private static int asked(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  @Test
  void theFileIsFetchedWholeAndOnlyOnce() throws IOException {
    server.createContext("/a", e -> send(e, 0, Integer.MAX_VALUE));
    assertArrayEquals(content, Files.readAllBytes(fetch("/a")));
    assertArrayEquals(content, Files.readAllBytes(fetch("/a")));
    assertEquals(List.of("null"), ranges);
  }

  @Test
  void aBrokenConnectionIsResumed() throws IOException {
    server.createContext("/a", e -> send(e, asked(e), 100_000));
    assertArrayEquals(content, Files.readAllBytes(fetch("/a")));
    assertEquals("null", ranges.get(0));
    assertTrue(ranges.size() >= 3, ranges::toString);
    assertTrue(ranges.stream().skip(1).allMatch(r -> r.startsWith("bytes=")), ranges::toString);
  }

  @Test
  void anotherRunResumesAPartialFile() throws IOException {
    Files.write(folder.resolve("set.bin.part"), Arrays.copyOf(content, 123_456));
    server.createContext("/a", e -> send(e, asked(e), Integer.MAX_VALUE));
    assertArrayEquals(content, Files.readAllBytes(fetch("/a")));
    assertEquals(List.of("bytes=123456-"), ranges);
  }

  @Test
  void aServerWithoutRangesIsAskedForTheWholeFile() throws IOException {
    Files.write(folder.resolve("set.bin.part"), new byte[5000]);
    server.createContext("/a", e -> send(e, 0, Integer.MAX_VALUE));
    assertArrayEquals(content, Files.readAllBytes(fetch("/a")));
  }

  /** Each time it gives a little more, and then nothing. */
  @Test
  void aStalledConnectionIsCut() {
    CountDownLatch over = new CountDownLatch(1);
    server.createContext(
        "/a",
        e -> {
          ranges.add("asked");
          e.sendResponseHeaders(200, content.length);
          e.getResponseBody().write(content, 0, 50_000);
          e.getResponseBody().flush();
          await(over);
          e.close();
        });
    ConfigException cut =
        assertThrows(
            ConfigException.class, () -> download("/a").into(folder, SHORT, (file, bytes) -> {}));
    over.countDown();
    assertTrue(cut.getMessage().contains("the connection broke 5 times"), cut.getMessage());
    assertEquals(5, ranges.size());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aFullDiskIsNamed() throws IOException {
    Path full = folder.resolve("set.bin.part");
    Files.createSymbolicLink(full, Path.of("/dev/full"));
    server.createContext("/a", e -> send(e, 0, Integer.MAX_VALUE));
    String given = refusal("/a");
    assertTrue(given.contains("No space left on device"), given);
    assertFalse(given.contains("connection"), given);
    assertEquals(1, ranges.size(), "trying again makes no room");
    Files.delete(full); // JUnit warns about links that lead out of its folder
  }

  /** As two programs that fetch the same set; the second finds what the first has fetched. */
  @Test
  void twoAtOnceDoNotDestroyEachOthersFile() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    server.createContext(
        "/set.bin",
        e -> {
          ranges.add("asked");
          e.sendResponseHeaders(200, content.length);
          e.getResponseBody().write(content, 0, 100_000);
          e.getResponseBody().flush();
          begun.countDown();
          await(goOn);
          e.getResponseBody().write(content, 100_000, content.length - 100_000);
          e.close();
        });
    PublicSet set =
        new PublicSet(
            "two-at-once-" + server.getAddress().getPort(),
            "idx",
            address("/"),
            400_000,
            List.of(new PublicSet.Part("set.bin", md5)));
    String[] command = {
      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
      "-Dmulan.cache=" + Cache.folder().toAbsolutePath(),
      "-cp",
      System.getProperty("java.class.path"),
      Fetching.class.getName(),
      set.key(),
      set.address().toString(),
      md5,
      folder.resolve("there").toString()
    };
    Process first = process("first.txt", command);
    try {
      assertTrue(begun.await(60, TimeUnit.SECONDS), "the first has not begun");
      Process second = process("second.txt", command);
      try {
        while (!Files.readString(folder.resolve("second.txt")).contains("waiting for it")) {
          assertTrue(second.isAlive(), Files.readString(folder.resolve("second.txt")));
          Thread.sleep(50);
        }
        goOn.countDown();
        assertDone(first, "first.txt");
        assertDone(second, "second.txt");
      } finally {
        second.destroyForcibly();
      }
    } finally {
      first.destroyForcibly();
      AtomicFolder.delete(Cache.folder().resolve("downloads").resolve(set.key()));
    }
    assertArrayEquals(content, Files.readAllBytes(folder.resolve("there/set.bin")));
    assertEquals(List.of("asked"), ranges);
  }

  private Process process(String log, String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  private void assertDone(Process process, String log) throws Exception {
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
    assertEquals(0, process.exitValue(), Files.readString(folder.resolve(log)));
  }

  /** Fetches a set of one file: its key, address and checksum, and where to. */
  static final class Fetching {
    private Fetching() {}

    public static void main(String[] args) {
      Cache.choose(Map.of(), Map.of("mulan.cache", System.getProperty("mulan.cache")));
      URI from = URI.create(args[1]);
      new PublicSet(args[0], "idx", from, 400_000, List.of(new PublicSet.Part("set.bin", args[2])))
          .fetch(from, Path.of(args[3]), Map.of(), (file, bytes) -> {});
    }
  }

  @Test
  void aRedirectIsFollowed() throws IOException {
    server.createContext("/a", e -> send(e, asked(e), Integer.MAX_VALUE));
    server.createContext(
        "/old",
        e -> {
          e.getResponseHeaders().add("Location", address("/a").toString());
          e.sendResponseHeaders(302, -1);
          e.close();
        });
    assertArrayEquals(content, Files.readAllBytes(fetch("/old")));
  }

  private String refusal(String path) {
    ConfigException refused = assertThrows(ConfigException.class, () -> fetch(path));
    assertEquals(1, refused.getMessage().lines().count());
    assertFalse(Files.exists(folder.resolve("set.bin")));
    return refused.getMessage();
  }

  @Test
  void aWrongChecksumIsRefusedAndTheFileRemoved() {
    server.createContext(
        "/a",
        e -> {
          content[7]++;
          send(e, 0, Integer.MAX_VALUE);
        });
    String given = refusal("/a");
    assertTrue(given.contains("has the MD5") && given.contains(md5), given);
    assertFalse(Files.exists(folder.resolve("set.bin.part")));
  }

  @Test
  void anEarlierDamagedFileIsRemoved() throws IOException {
    Files.write(folder.resolve("set.bin"), new byte[10]);
    refusal("/a");
  }

  @Test
  void aFileThatIsTooLongIsRefusedAndRemoved() {
    server.createContext(
        "/a",
        e -> {
          e.sendResponseHeaders(200, 0);
          try {
            for (int i = 0; i < 100; i++) {
              e.getResponseBody().write(content);
            }
          } finally {
            e.close();
          }
        });
    assertTrue(refusal("/a").contains("longer than the 400000 bytes"));
    assertFalse(Files.exists(folder.resolve("set.bin.part")));
  }

  @Test
  void aMissingFileIsRefusedWithWhereToPutIt() throws IOException {
    String missing = refusal("/none");
    assertTrue(missing.contains("404"), missing);
    assertTrue(missing.contains("put it at " + folder.resolve("set.bin")), missing);
    try (ServerSocket closed = new ServerSocket(0)) {
      int port = closed.getLocalPort();
      closed.close();
      Download unreachable =
          new Download(
              URI.create("http://127.0.0.1:" + port + "/a"),
              "set.bin",
              10,
              md5,
              ProxySelector.getDefault());
      ConfigException given =
          assertThrows(
              ConfigException.class, () -> unreachable.into(folder, LONG, (file, bytes) -> {}));
      assertTrue(given.getMessage().contains("put it at"), given.getMessage());
    }
  }

  @Test
  void aServerThatFailsIsTriedAgain() {
    server.createContext(
        "/a",
        e -> {
          ranges.add("asked");
          e.sendResponseHeaders(503, -1);
          e.close();
        });
    assertTrue(refusal("/a").contains("5 times"));
    assertEquals(5, ranges.size());
  }
}
