package io.mulan.readers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.files.ConfigException;
import io.mulan.formats.Archive;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What cannot be read is refused with file and place, or skipped and counted, and nothing else
 * lost.
 */
class BadFilesTest {
  @TempDir Path folder;

  private void copy(String from) throws IOException {
    Path source = DataFiles.path(from);
    try (Stream<Path> all = Files.walk(source)) {
      for (Path p : all.toList()) {
        Path target = folder.resolve(source.relativize(p).toString());
        if (Files.isDirectory(p)) {
          Files.createDirectories(target);
        } else {
          Files.copy(p, target);
        }
      }
    }
  }

  private interface Change {
    byte[] of(byte[] bytes);
  }

  private void change(String name, Change change) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, change.of(Files.readAllBytes(file)));
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }

  private static void readAll(Dataset set) {
    set.train().checksum();
    set.test().checksum();
  }

  private void assertRefused(Kind kind, String path, String... parts) {
    DataConfig config = DataFiles.config(kind, folder.resolve(path));
    ConfigException given =
        assertThrows(ConfigException.class, () -> readAll(Datasets.open(config)));
    assertEquals(1, given.getMessage().lines().count(), given.getMessage());
    for (String part : parts) {
      assertTrue(given.getMessage().contains(part), given.getMessage());
    }
  }

  private void assertLeft(Kind kind, String path, int skipped, int left) {
    Dataset set = Datasets.open(DataFiles.config(kind, folder.resolve(path), "data.skip_bad=true"));
    readAll(set);
    assertEquals(left, set.train().count() + set.test().count());
    assertEquals(skipped, set.skipped());
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"DIGITS", "KINDS", "PHOTOS"},
      mode = EnumSource.Mode.EXCLUDE)
  void missingAndEmptyFiles(Kind kind) throws IOException {
    assertRefused(kind, "none", "none", "is not there");
    Files.createDirectory(folder.resolve("empty"));
    assertRefused(kind, "empty", "empty");
    ConfigException given =
        assertThrows(ConfigException.class, () -> Datasets.open(new DataConfig(kind, "", 256)));
    assertTrue(given.getMessage().contains("data.path is empty"), given.getMessage());
  }

  @Test
  void aCutBatchOfCifar10() throws IOException {
    Archive.unpack(DataFiles.path("cifar-10-binary.tar.gz"), folder, 1 << 20);
    change("cifar-10-batches-bin/data_batch_3.bin", b -> Arrays.copyOf(b, 2 * 3073 + 5));
    assertRefused(
        Kind.CIFAR10, "", "data_batch_3.bin ends within a record", "5 bytes after offset 6146");
    assertLeft(Kind.CIFAR10, "", 1, 21);
  }

  @Test
  void aClassThatCifar10DoesNotHave() throws IOException {
    Archive.unpack(DataFiles.path("cifar-10-binary.tar.gz"), folder, 1 << 20);
    change("cifar-10-batches-bin/test_batch.bin", b -> with(b, 3073, 77));
    assertRefused(
        Kind.CIFAR10, "", "test_batch.bin: image 1 at offset 3073 has class 77", "0 to 9");
    assertLeft(Kind.CIFAR10, "", 1, 22);
  }

  @Test
  void idxOfWrongMagicOrLength() throws IOException {
    copy("idx");
    change("t10k-images-idx3-ubyte", b -> with(b, 2, 0x0d));
    assertRefused(Kind.IDX, "", "t10k-images-idx3-ubyte", "00000d03 at offset 0");
    change("t10k-images-idx3-ubyte", b -> with(b, 2, 8));
    change("t10k-images-idx3-ubyte", b -> Arrays.copyOf(b, b.length - 1));
    assertRefused(
        Kind.IDX, "", "t10k-images-idx3-ubyte has 125 bytes after offset 16", "126 bytes");
    assertLeft(Kind.IDX, "", 1, 7);
    change("t10k-images-idx3-ubyte", b -> Arrays.copyOf(b, 10));
    assertRefused(Kind.IDX, "", "t10k-images-idx3-ubyte ends within its head");
  }

  @Test
  void damagedGzip() throws IOException {
    copy("idx");
    change("train-images-idx3-ubyte.gz", b -> Arrays.copyOf(b, b.length / 2));
    assertRefused(Kind.IDX, "", "train-images-idx3-ubyte.gz");
  }

  @Test
  void splitsOfDifferentShapes() throws IOException {
    copy("idx");
    change("t10k-images-idx3-ubyte", b -> with(with(b, 11, 6), 15, 7));
    assertRefused(Kind.IDX, "", "t10k-images-idx3-ubyte has images of 6×7×1", "7×6×1");
  }

  @Test
  void numpyOfWrongTypeOrderOrShape() throws IOException {
    copy("numpy");
    assertRefused(
        Kind.NPY, "float.npy", "float.npy holds elements of type f8", "astype(\"uint8\")");
    assertRefused(Kind.NPY, "fortran.npy", "fortran.npy is in Fortran order", "ascontiguousarray");
    change("train.npy", b -> Arrays.copyOf(b, b.length - 60));
    assertRefused(Kind.NPY, "train.npy", "train.npy has 300 bytes after offset 128", "360 bytes");
    assertLeft(Kind.NPY, "train.npy", 1, 5);
  }

  @Test
  void imageNetOfAnotherSize() throws IOException {
    copy("imagenet32");
    assertRefused(Kind.IMAGENET64, "", "train_data_batch_1.npz, array data", "(3, 3072)", "12288");
  }

  @Test
  void recordsThatAreCutOrDamaged() throws IOException {
    Files.copy(DataFiles.path("raw.tfrecord"), folder.resolve("raw.tfrecord"));
    int record = (int) Files.size(folder.resolve("raw.tfrecord")) / 5;
    change("raw.tfrecord", b -> with(b, 2 * record + 40, 1));
    String second = "raw.tfrecord: record 2 at offset " + 2 * record;
    assertRefused(Kind.TFRECORD, "raw.tfrecord", second, "checksum");
    assertLeft(Kind.TFRECORD, "raw.tfrecord", 1, 4);
    change("raw.tfrecord", b -> with(b, 3 * record, 1));
    assertRefused(Kind.TFRECORD, "raw.tfrecord", "length of the record at offset " + 3 * record);
    assertLeft(Kind.TFRECORD, "raw.tfrecord", 2, 2);
    change("raw.tfrecord", b -> Arrays.copyOf(b, 2 * record - 3));
    assertRefused(Kind.TFRECORD, "raw.tfrecord", "ends within the record at offset " + record);
  }

  /** Each group of the message's unknown fields would be a call within a call. */
  @Test
  void aRecordOfManyNestedGroups() throws IOException {
    int depth = 200_000;
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    entry.write(new byte[] {0x0a, 5, 'i', 'm', 'a', 'g', 'e', 0x12, 0});
    entry.write("{".repeat(depth).getBytes(UTF_8)); // field 15 begins a group
    entry.write("|".repeat(depth).getBytes(UTF_8)); // and ends one
    byte[] example = field(field(entry.toByteArray())); // features, a feature
    DataFiles.records(folder.resolve("deep.tfrecord"), example);
    assertRefused(
        Kind.TFRECORD, "deep.tfrecord", "deep.tfrecord: record 0 at offset 0 is not a tf.Example");
  }

  /** Field 1, of this length. */
  private static byte[] field(byte[] content) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(0x0a);
    for (int length = content.length; ; length >>>= 7) {
      all.write(length < 128 ? length : ((length & 127) | 128));
      if (length < 128) {
        break;
      }
    }
    all.write(content);
    return all.toByteArray();
  }

  @Test
  void picturesOfMixedSizes() throws IOException {
    copy("pictures");
    Files.copy(DataFiles.path("scaled/wide.png"), folder.resolve("dog/wide.png"));
    assertRefused(
        Kind.IMAGES,
        "",
        "2 sizes",
        "6×8 (4, as",
        "48×64 (1, as",
        "wide.png",
        "data.fit",
        "--skip-bad");
    assertLeft(Kind.IMAGES, "", 1, 4);
  }

  @Test
  void anUnreadablePicture() throws IOException {
    copy("pictures");
    change("cat/b.bmp", b -> Arrays.copyOf(b, 60));
    assertRefused(Kind.IMAGES, "", "b.bmp is damaged or not a picture");
    assertLeft(Kind.IMAGES, "", 1, 3);
  }
}
