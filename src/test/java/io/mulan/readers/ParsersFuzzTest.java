package io.mulan.readers;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mulan.config.DataConfig.Kind;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/**
 * Parsers meet bytes of Jazzer, and fail with their own error at most. As tests they run on what is
 * kept next to them; {@code JAZZER_FUZZ=1 mvn test -Pfuzz -Dtest=ParsersFuzzTest#METHOD} looks for
 * more.
 */
@Tag("fuzz")
class ParsersFuzzTest {
  private static final String LIMIT = "60s";

  private static void read(Kind kind, String name, byte[] bytes) throws IOException {
    Path folder = Files.createTempDirectory("fuzz");
    try {
      ParserInput.readAll(
          DataFiles.config(
              kind, ParserInput.place(folder, kind, name, bytes), "data.skip_bad=true"));
    } catch (ConfigException expected) {
      return;
    } finally {
      AtomicFolder.delete(folder);
    }
  }

  @FuzzTest(maxDuration = LIMIT)
  void idx(byte[] bytes) throws IOException {
    read(Kind.IDX, "images", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void npy(byte[] bytes) throws IOException {
    read(Kind.NPY, "a.npy", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void npz(byte[] bytes) throws IOException {
    read(Kind.NPZ, "a.npz", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void tfrecord(byte[] bytes) throws IOException {
    read(Kind.TFRECORD, "a.tfrecord", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void png(byte[] bytes) throws IOException {
    read(Kind.IMAGES, "a.png", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void archive(byte[] bytes) throws IOException {
    read(Kind.CIFAR10, "a.tar.gz", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void parquet(byte[] bytes) throws IOException {
    read(Kind.PARQUET, "a.parquet", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void pickle(byte[] bytes) throws IOException {
    read(Kind.CIFAR10, "data_batch_1", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void zip(byte[] bytes) throws IOException {
    read(Kind.IMAGES, "a.zip", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void tar(byte[] bytes) throws IOException {
    read(Kind.IMAGES, "a.tar", bytes);
  }

  @FuzzTest(maxDuration = LIMIT)
  void webp(byte[] bytes) throws IOException {
    read(Kind.IMAGES, "a.webp", bytes);
  }
}
