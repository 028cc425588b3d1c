package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig.Kind;
import io.mulan.files.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever happens to a file, it is read or refused in one line. */
@Tag("golden")
class DamagedFilesTest {
  /** Of each file; {@code -Pproofs}, which takes all golden cases, takes five times as many. */
  private static final int TIMES = 60 / Integer.getInteger("golden.every", 1);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "CIFAR10, cifar-10-binary.tar.gz",
    "IDX, idx/t10k-images-idx3-ubyte",
    "IDX, idx/train-images-idx3-ubyte.gz",
    "NPZ, numpy/stored.npz",
    "NPZ, numpy/compressed.npz",
    "NPY, numpy/train.npy",
    "IMAGES, pictures/cat/a.png",
    "IMAGES, pictures/cat/b.bmp",
    "IMAGES, pictures/dog/d.gif",
    "IMAGES, jpeg/grey.jpg",
    "TFRECORD, raw.tfrecord",
    "TFRECORD, named.tfrecord",
    "IMAGENET32, imagenet32/val_data.npz",
    "CIFAR10, ../io/mulan/readers/ParsersFuzzTestInputs/pickle/data_batch_1",
    "CIFAR10, ../io/mulan/readers/ParsersFuzzTestInputs/pickle/data_batch_3",
    "CIFAR10, ../io/mulan/readers/ParsersFuzzTestInputs/pickle/test_batch",
    "PARQUET, formats/parquet/snappy.parquet",
    "PARQUET, formats/parquet/zstd.parquet",
    "PARQUET, formats/parquet/gzip.parquet",
    "PARQUET, formats/parquet/lz4.parquet",
    "PARQUET, formats/parquet/required.parquet",
    "IMAGES, formats/edm.zip",
    "IMAGES, formats/folders.zip",
    "IMAGES, formats/folders.tar.gz",
    "IMAGES, formats/webdataset/train-000000.tar",
    "IMAGES, formats/webp/lossless.webp",
    "IMAGES, formats/webp/lossy.webp"
  })
  void damageIsReportedInOneLine(Kind kind, String path) throws IOException {
    byte[] whole = Files.readAllBytes(DataFiles.path(path));
    SplittableRandom random = new SplittableRandom(path.hashCode());
    int refused = 0;
    for (int i = 0; i < TIMES; i++) {
      byte[] damaged = damaged(whole, random);
      Path data = ParserInput.place(folder.resolve(String.valueOf(i)), kind, path, damaged);
      for (boolean skipped : new boolean[] {false, true}) {
        try {
          ParserInput.readAll(DataFiles.config(kind, data, "data.skip_bad=" + skipped));
        } catch (ConfigException e) {
          assertEquals(1, e.getMessage().lines().count(), e.getMessage());
          refused++;
        }
      }
    }
    assertTrue(refused > 0, "nothing was refused");
  }

  /** A cut, or a few other bytes, mostly where the head is. */
  private static byte[] damaged(byte[] whole, SplittableRandom random) {
    byte[] damaged = whole.clone();
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(damaged, random.nextInt(damaged.length));
    }
    int bytes = 1 + random.nextInt(4);
    for (int i = 0; i < bytes; i++) {
      int within = random.nextBoolean() ? Math.min(damaged.length, 128) : damaged.length;
      damaged[random.nextInt(within)] = (byte) random.nextInt(256);
    }
    return damaged;
  }
}
