package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingNpzTest {
  @TempDir Path folder;

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void batchesBecomeOneArrayEach() throws IOException {
    Path file = folder.resolve("a.npz");
    try (GrowingNpz npz = new GrowingNpz(file)) {
      npz.add("images", NpyArray.of(new byte[] {1, 2, 3, 4}, 2, 1, 2, 1));
      npz.add("latents", NpyArray.of(new float[] {0.5f, 1.5f}, 2, 1));
      npz.add("images", NpyArray.of(new byte[] {5, 6}, 1, 1, 2, 1));
      npz.add("latents", NpyArray.of(new float[] {2.5f}, 1, 1));
      assertFalse(Files.exists(file));
      npz.write();
      assertEquals(3, npz.count("images"));
      assertArrayEquals(
          new byte[] {1, 2, 3, 4, 5, 6}, npz.images("images", "all", 7).toArray().toBytes());
    }
    assertEquals(List.of("a.npz"), files());
    try (Npz npz = Npz.open(file)) {
      assertEquals(List.of("images", "latents"), npz.names());
      assertArrayEquals(new int[] {3, 1, 2, 1}, npz.array("images").shape());
      assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, npz.array("images").toBytes());
      assertArrayEquals(new float[] {0.5f, 1.5f, 2.5f}, npz.array("latents").toFloats());
    }
  }

  @Test
  void anUnwrittenArchiveLeavesNothing() throws IOException {
    Files.writeString(folder.resolve("a.npz"), "of before");
    try (GrowingNpz npz = new GrowingNpz(folder.resolve("a.npz"))) {
      npz.add("images", NpyArray.of(new byte[4], 4));
    }
    assertEquals(List.of("a.npz"), files());
    assertEquals("of before", Files.readString(folder.resolve("a.npz")));
  }

  @Test
  void anUnwritableFolderIsRefusedAtTheStart() throws IOException {
    Files.writeString(folder.resolve("taken"), "");
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> new GrowingNpz(folder.resolve("taken/b/a.npz")).close());
    assertTrue(refused.getMessage().contains("taken/b/a.npz cannot be written"), refused::toString);
  }

  /** 300 MB of images in a program that has 24. */
  @Tag("integration")
  @Test
  void anyNumberOfImagesTakesTheMemoryOfABatch() throws Exception {
    Path file = folder.resolve("many.npz");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-cp",
                System.getProperty("java.class.path"),
                Many.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(new File(folder.toFile(), "out.txt"))
            .start();
    try {
      assertTrue(process.waitFor(300, TimeUnit.SECONDS), "still running");
      assertEquals(0, process.exitValue(), Files.readString(folder.resolve("out.txt")));
    } finally {
      process.destroyForcibly();
    }
    try (Npz npz = Npz.open(file)) {
      assertArrayEquals(new int[] {100_000, 32, 32, 3}, npz.header("images").shape());
    }
  }

  /** Writes 100,000 images of 32×32×3, and reads some. */
  static final class Many {
    private Many() {}

    public static void main(String[] args) {
      byte[] batch = new byte[1000 * 3072];
      try (GrowingNpz npz = new GrowingNpz(Path.of(args[0]))) {
        for (int i = 0; i < 100; i++) {
          npz.add("images", NpyArray.of(batch, 1000, 32, 32, 3));
        }
        npz.write();
        npz.images("images", "many", 256).first(10).checksum();
      }
    }
  }
}
