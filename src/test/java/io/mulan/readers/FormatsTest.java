package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.ImageShape;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.formats.Archive;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data sets as people have them: {@code data/make_formats.py}. */
class FormatsTest {
  @TempDir Path folder;

  private static Path path(String name) {
    return DataFiles.path("formats").resolve(name);
  }

  private static NpyArray expected(String name) {
    try (Npz npz = Npz.open(DataFiles.path("formats.npz"))) {
      return npz.array(name);
    }
  }

  private static void assertLabels(String expected, ImageSet set) {
    long[] labels = Arrays.stream(set.labels().orElseThrow()).asLongStream().toArray();
    assertArrayEquals(expected(expected).toLongs(), labels);
  }

  @ParameterizedTest
  @CsvSource({
    "CIFAR10, cifar-10-python.tar.gz, cifar10",
    "CIFAR100, cifar-100-python.tar.gz, cifar100",
    "CIFAR100, cifar-100-binary.tar.gz, cifar100"
  })
  void cifarIsReadInEveryVersionWithItsClasses(Kind kind, String path, String name)
      throws IOException {
    Archive.unpack(path(path), folder, 1 << 20);
    for (Path where : new Path[] {path(path), folder}) {
      Dataset set = Datasets.open(DataFiles.config(kind, where));
      DataFiles.assertImages(expected(name + "_train"), set.train());
      DataFiles.assertImages(expected(name + "_test"), set.test());
      assertLabels(name + "_train_labels", set.train());
      assertLabels(name + "_test_labels", set.test());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cifar-100-python.tar.gz", "cifar-100-binary.tar.gz"})
  void classesOfCifar100AreCoarseIfAskedFor(String path) {
    Dataset set =
        Datasets.open(DataFiles.config(Kind.CIFAR100, path(path), "data.label=coarse_labels"));
    assertLabels("cifar100_train_coarse", set.train());
    assertLabels("cifar100_test_coarse", set.test());
    DataConfig other = DataFiles.config(Kind.CIFAR100, path(path), "data.label=labels");
    assertTrue(
        assertThrows(ConfigException.class, () -> Datasets.open(other))
            .getMessage()
            .contains("fine_labels and coarse_labels"));
  }

  /** What a pickle could do if it were run, or is not made of. */
  @ParameterizedTest
  @CsvSource({
    "'cos\nsystem\n(S''true''\ntR.', os.system",
    "'cbuiltins\neval\n(S''1''\ntR.', builtins.eval",
    "'(dp0\nS''data''\nI1\ns', ends within",
    "'(lp0\n.', no dictionary",
    "'N.', no dictionary",
    "'(d(S''a''\ntI1\ns.', a name that is not a text",
    "'}g5\n.', reference to nothing",
    "'s.', without its value",
    "'}(F1.5\n.', instruction 46 at offset 2",
    "'c_codecs\nencode\n(V\\u0141\nS''latin1''\ntR.', no dictionary",
    "'(dS''data''\nI1\ns.', no array data"
  })
  void otherPicklesAreRefusedInOneLine(String pickle, String given) throws IOException {
    Archive.unpack(path("cifar-10-python.tar.gz"), folder, 1 << 20);
    Path batch = folder.resolve("cifar-10-batches-py/data_batch_2");
    Files.write(batch, pickle.getBytes(StandardCharsets.ISO_8859_1));
    String message =
        assertThrows(
                ConfigException.class,
                () -> Datasets.open(DataFiles.config(Kind.CIFAR10, folder)).train().checksum())
            .getMessage();
    assertTrue(message.contains(batch.toString()) && message.contains(given), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void unnamedArraysAreImagesAndClasses() {
    Dataset set = Datasets.open(DataFiles.config(Kind.NPZ, path("unnamed.npz")));
    assertEquals(4, set.train().count() + set.test().count());
    assertEquals(3, set.train().labels().orElseThrow().length);
  }

  @Test
  void arraysAreNamedBySettings() {
    DataConfig config =
        DataFiles.config(
            Kind.NPZ, path("named.npz"), "data.feature=pixels_train", "data.label=kinds_train");
    Dataset set = Datasets.open(config);
    DataFiles.assertImages(expected("arrays_train"), set.train());
    DataFiles.assertImages(expected("arrays_test"), set.test());
    assertArrayEquals(new int[] {0, 1, 2, 3}, set.train().labels().orElseThrow());
    assertArrayEquals(new int[] {0, 1}, set.test().labels().orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({"data.feature", "data.label"})
  void aMissingArrayIsRefusedWithTheExistingOnes(String setting) {
    DataConfig config =
        DataFiles.config(
            Kind.NPZ, path("named.npz"), "data.feature=pixels_train", setting + "=other");
    String message = assertThrows(ConfigException.class, () -> Datasets.open(config)).getMessage();
    assertTrue(message.contains("no array other, which " + setting), message);
    assertTrue(message.contains("pixels_test"), message);
  }

  @Test
  void mnistIsReadFromTheFolderOfTorchvisionAndPadded() {
    Path root = path("torchvision");
    for (Path where : new Path[] {root, root.resolve("MNIST"), root.resolve("MNIST/raw")}) {
      Dataset set = Datasets.open(DataFiles.config(Kind.IDX, where));
      DataFiles.assertImages(expected("mnist_train"), set.train());
      DataFiles.assertImages(expected("mnist_t10k"), set.test());
    }
    DataConfig config = DataFiles.config(Kind.IDX, root, "data.pad=2");
    assertEquals(new ImageShape(32, 32, 1), Datasets.shape(config).image());
    for (DataConfig same : new DataConfig[] {config, Datasets.resolve(config)}) {
      Dataset padded = Datasets.open(same);
      DataFiles.assertImages(expected("mnist_train_padded"), padded.train());
      DataFiles.assertImages(expected("mnist_t10k_padded"), padded.test());
      assertArrayEquals(new int[] {0, 1, 2}, padded.train().labels().orElseThrow());
    }
  }

  @Test
  void embeddedImagesArePaddedToo() {
    DataConfig config =
        ConfigReader.read(Optional.empty(), Optional.empty(), List.of("data.pad=1")).data();
    assertEquals(new ImageShape(10, 10, 1), Datasets.shape(config).image());
    assertEquals(new ImageShape(10, 10, 1), Datasets.open(config).test().shape());
  }

  @Test
  void recordsMayBeNamedAsShardsAlone() throws IOException {
    Path records = DataFiles.path("tfrecord");
    Files.copy(
        records.resolve("set-train.tfrecord-00000-of-00002"),
        folder.resolve("train-00000-of-00001"));
    Files.copy(
        records.resolve("set-validation.tfrecord-00000-of-00001"),
        folder.resolve("validation-00000-of-00001"));
    Dataset set = Datasets.open(DataFiles.config(Kind.TFRECORD, folder));
    assertEquals(3, set.train().count());
    assertEquals(2, set.test().count());
  }

  private static void assertAll(String expected, Dataset set, long... labels) {
    byte[] all = expected(expected).toBytes();
    int size = set.train().shape().size();
    boolean[] seen = new boolean[all.length / size];
    for (ImageSet part : List.of(set.train(), set.test())) {
      int[] classes = part.labels().orElseThrow();
      byte[] images = part.toArray().toBytes();
      for (int i = 0; i < part.count(); i++) {
        byte[] image = Arrays.copyOfRange(images, i * size, (i + 1) * size);
        int n = 0;
        while (!Arrays.equals(image, Arrays.copyOfRange(all, n * size, (n + 1) * size))) {
          n++;
        }
        seen[n] = true;
        assertEquals(labels[n], classes[i]);
      }
    }
    assertEquals(labels.length, set.train().count() + set.test().count());
    for (boolean one : seen) {
      assertTrue(one);
    }
  }

  @Test
  void huggingFacesShardsAreReadWithTheirSplitAndClasses() {
    for (Path where : List.of(path("huggingface"), path("huggingface/data"))) {
      Dataset set = Datasets.open(DataFiles.config(Kind.PARQUET, where));
      DataFiles.assertImages(expected("parquet_train"), set.train());
      DataFiles.assertImages(expected("parquet_test"), set.test());
      assertLabels("parquet_train_labels", set.train());
      assertTrue(set.test().labels().isEmpty(), "-1 is not a class");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd", "gzip", "lz4", "none", "delta", "required"})
  void parquetIsReadHoweverItIsCompressedAndEncoded(String name) {
    Path file = path("parquet/" + name + ".parquet");
    long[] labels = expected("parquet_train_labels").toLongs();
    assertAll("parquet_train", Datasets.open(DataFiles.config(Kind.PARQUET, file)), labels);
  }

  @Test
  void classesOfParquetAreInTheColumnThatASettingNames() {
    Dataset set =
        Datasets.open(
            DataFiles.config(
                Kind.PARQUET,
                path("parquet/snappy.parquet"),
                "data.feature=img",
                "data.label=coarse_label"));
    assertAll("parquet_train", set, 1, 0, 0, 1, 0, 0, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "brotli, BROTLI; write it with snappy",
    "missing, has no picture",
    "paths, has no picture",
    "several, 'columns a, b, of which none, or several'"
  })
  void parquetWithoutPicturesThatCanBeReadIsRefused(String name, String given) {
    String message = DataFiles.refusal(Kind.PARQUET, path("parquet/" + name + ".parquet"));
    assertTrue(message.contains(name + ".parquet") && message.contains(given), message);
  }

  @ParameterizedTest
  @CsvSource({"data.feature, img2", "data.label, img", "data.label, other"})
  void aMissingColumnIsRefusedWithTheExistingOnes(String setting, String name) {
    String message =
        DataFiles.refusal(Kind.PARQUET, path("parquet/snappy.parquet"), setting + "=" + name);
    assertTrue(message.contains("id, img, fine_label, coarse_label"), message);
    assertTrue(message.contains("named " + name), message);
  }

  @Test
  void archivesOfEdmAreReadWithTheirTableOfClasses() {
    long[] labels = expected("archive_train_labels").toLongs();
    assertAll(
        "archive_train", Datasets.open(DataFiles.config(Kind.IMAGES, path("edm.zip"))), labels);
    Dataset without = Datasets.open(DataFiles.config(Kind.IMAGES, path("without-classes.zip")));
    assertTrue(without.train().labels().isEmpty());
  }

  @Test
  void shardsOfWebDatasetAreReadWithTheirSplitAndClasses() {
    Dataset set = Datasets.open(DataFiles.config(Kind.IMAGES, path("webdataset")));
    DataFiles.assertImages(expected("archive_train"), set.train());
    DataFiles.assertImages(expected("archive_test"), set.test());
    assertLabels("archive_train_labels", set.train());
    assertArrayEquals(new int[] {5, 4, 3}, set.test().labels().orElseThrow());
  }

  @Test
  void aSettingNamesOneOfSeveralPicturesInASample() {
    Path tar = path("two-pictures.tar");
    String message = DataFiles.refusal(Kind.IMAGES, tar);
    assertTrue(message.contains("is not the only picture of its sample"), message);
    assertTrue(message.contains("data.feature"), message);
    Dataset set = Datasets.open(DataFiles.config(Kind.IMAGES, tar, "data.feature=png"));
    assertAll("archive_train", set, expected("archive_train_labels").toLongs());
    Dataset masks = Datasets.open(DataFiles.config(Kind.IMAGES, tar, "data.feature=mask.png"));
    byte[] mask = Arrays.copyOf(expected("archive_test").toBytes(), 6 * 5 * 3);
    assertArrayEquals(mask, masks.test().toArray().toBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"folders.zip", "folders.tar.gz"})
  void foldersInAnArchiveAreTheSplitAndTheClasses(String name) {
    Dataset set = Datasets.open(DataFiles.config(Kind.IMAGES, path(name)));
    assertTrue(set.officialSplit());
    assertEquals(List.of("ant", "cat"), set.classNames());
    assertArrayEquals(new int[] {0, 0, 0, 1, 1, 1}, sorted(set.train()));
    assertArrayEquals(new int[] {1, 1, 1}, set.test().labels().orElseThrow());
    DataFiles.assertImages(expected("archive_test"), set.test());
  }

  private static int[] sorted(ImageSet set) {
    return Arrays.stream(set.labels().orElseThrow()).sorted().toArray();
  }

  @Test
  void aFileThatIsNotAnArchiveIsNotCalledDamaged() throws IOException {
    Path picture = DataFiles.path("pictures/cat/a.png");
    assertTrue(DataFiles.refusal(Kind.IMAGES, picture).contains("is not a folder"));
    Path zip = Files.copy(picture, folder.resolve("a.zip"));
    String message = DataFiles.refusal(Kind.IMAGES, zip);
    assertTrue(message.contains("has no picture"), message);
  }

  @ParameterizedTest
  @CsvSource({"lossless, 0", "lossy, 3"})
  void webpIsReadAsByLibwebpWithoutInterpolatedColours(String name, int most) {
    byte[] read = new byte[24 * 32 * 3];
    new PictureFile(path("webp/" + name + ".webp"), new ImageShape(24, 32, 3))
        .copy(new GreyScale(256), read, 0);
    byte[] expected = expected("webp_" + name).toBytes();
    int difference = 0;
    for (int i = 0; i < read.length; i++) {
      difference = Math.max(difference, Math.abs((read[i] & 0xff) - (expected[i] & 0xff)));
    }
    assertTrue(difference <= most, "differs by " + difference);
  }

  @Test
  void webpIsTurnedAsItsExifSays() {
    byte[] read = new byte[24 * 32 * 3];
    new PictureFile(path("webp/turned.webp"), new ImageShape(32, 24, 3))
        .copy(new GreyScale(256), read, 0);
    assertArrayEquals(expected("webp_turned").toBytes(), read);
  }

  @ParameterizedTest
  @CsvSource({
    "moving.webp, frames",
    "alpha.webp, is transparent in places",
    "lossy-alpha.webp, is transparent in places"
  })
  void webpThatMovesOrIsTransparentIsRefused(String name, String given) {
    PictureFile file = new PictureFile(path("webp").resolve(name), new ImageShape(24, 32, 3));
    byte[] read = new byte[24 * 32 * 3];
    String message =
        assertThrows(ConfigException.class, () -> file.copy(new GreyScale(256), read, 0))
            .getMessage();
    assertTrue(message.contains(given), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"black", "grey", "white"})
  void transparentPicturesAreLaidOverTheBackgroundAsByPillow(String colour) throws IOException {
    for (String name : List.of("alpha.png", "alpha.webp")) {
      Path pictures = Files.createDirectories(folder.resolve(name.substring(6)));
      Files.copy(path("webp").resolve(name), pictures.resolve("1-" + name));
      Files.copy(path("webp").resolve(name), pictures.resolve("2-" + name));
      assertTrue(
          DataFiles.refusal(Kind.IMAGES, pictures)
              .contains("data.background lays it over a colour"));
      Dataset set =
          Datasets.open(DataFiles.config(Kind.IMAGES, pictures, "data.background=" + colour));
      assertArrayEquals(expected("alpha_" + colour).toBytes(), set.test().toArray().toBytes());
    }
  }
}
