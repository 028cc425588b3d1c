package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import io.mulan.config.DataConfig.Kind;
import io.mulan.files.Cache;
import io.mulan.files.ConfigException;
import io.mulan.readers.DataFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicSetTest {
  @TempDir Path folder;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        e -> {
          byte[] file =
              Files.readAllBytes(DataFiles.path(e.getRequestURI().getPath().substring(1)));
          e.sendResponseHeaders(200, file.length);
          e.getResponseBody().write(file);
          e.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** A set of its own name in the cache of all tests. */
  private PublicSet set(String file) throws IOException {
    return new PublicSet(
        UUID.randomUUID().toString(),
        "cifar10",
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"),
        1 << 20,
        List.of(new PublicSet.Part(file, Download.md5(DataFiles.path(file)))));
  }

  @Test
  void anArchiveIsUnpackedAndCanBeTrainedOnAtOnceAndFetchedAgain() throws IOException {
    PublicSet set = set("cifar-10-binary.tar.gz");
    for (int times = 0; times < 2; times++) {
      Path there = set.fetch(set.address(), folder.resolve("to"), Map.of(), (file, bytes) -> {});
      Dataset data = Datasets.open(DataFiles.config(Kind.CIFAR10, there));
      DataFiles.assertImages(DataFiles.expected("cifar10_train"), data.train());
      server.stop(0); // the second time nothing is asked for
    }
  }

  @Test
  void aFileThatIsNotAnArchiveLeavesNothing() throws IOException {
    Path bad = Files.write(folder.resolve("bad.tar.gz"), new byte[] {1, 2, 3});
    Path cache = Cache.folder().resolve("downloads").resolve("bad");
    Files.createDirectories(cache);
    Files.copy(bad, cache.resolve("bad.tar.gz"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    PublicSet set =
        new PublicSet(
            "bad",
            "cifar10",
            URI.create("http://127.0.0.1:1/"),
            10,
            List.of(new PublicSet.Part("bad.tar.gz", Download.md5(bad))));
    assertThrows(
        ConfigException.class,
        () -> set.fetch(set.address(), folder.resolve("to"), Map.of(), (file, bytes) -> {}));
    assertFalse(Files.exists(folder.resolve("to")));
    try (var left = Files.list(folder)) {
      assertEquals(1, left.count());
    }
  }
}
