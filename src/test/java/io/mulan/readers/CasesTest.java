package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.DataConfig.Release;
import io.mulan.config.ImageShape;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ExactCopies;
import io.mulan.data.ImageFiles;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files as people have them, and what is right for each: {@code cases}. */
class CasesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "cases");

  private static Dataset open(Kind kind, String path, String... settings) {
    return Datasets.open(DataFiles.config(kind, FOLDER.resolve(path), settings));
  }

  private static String refusal(Kind kind, String path, String... settings) {
    return DataFiles.refusal(kind, FOLDER.resolve(path), settings);
  }

  private static void assertHas(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), text);
    }
  }

  private static int[] labels(ImageSet set) {
    return set.labels().orElseThrow();
  }

  @Test
  void aClassThatTheTestLacksKeepsItsNumber() {
    Dataset set = open(Kind.IMAGES, "folders/test_lacks_a_class");
    assertEquals(List.of("cat", "dog", "ship"), set.classNames());
    assertArrayEquals(new int[] {0, 0, 0, 0, 0, 2, 2, 2, 2, 2}, labels(set.test()));
    assertEquals(2, Arrays.stream(labels(set.train())).max().orElseThrow());
  }

  @Test
  void theRunKeepsTheNamesOfClasses() {
    DataConfig config = DataFiles.config(Kind.IMAGES, FOLDER.resolve("folders/test_lacks_a_class"));
    assertEquals(List.of("cat", "dog", "ship"), Datasets.resolve(config).classNames());
    Dataset kept =
        open(Kind.IMAGES, "folders/test_lacks_a_class", "data.class_names=[ship, bird, dog, cat]");
    assertEquals(List.of("ship", "bird", "dog", "cat"), kept.classNames());
    assertArrayEquals(new int[] {3, 3, 3, 3, 3, 0, 0, 0, 0, 0}, labels(kept.test()));
    assertHas(
        refusal(Kind.IMAGES, "folders/test_lacks_a_class", "data.class_names=[ship, dog]"),
        "a folder cat",
        "data.class_names");
  }

  @Test
  void hiddenFoldersAreIgnored() {
    Dataset set = open(Kind.IMAGES, "folders/hidden_folder");
    assertEquals(List.of("cat", "dog"), set.classNames());
    assertEquals(10, set.train().count() + set.test().count());
  }

  @Test
  void theFirstPictureAloneDoesNotDecideOnChannels() {
    assertHas(
        refusal(Kind.IMAGES, "folders/grey_first"),
        "9 pictures in colour and 1 grey",
        "0.png",
        "data.channels=3",
        "data.grey=true");
    assertHas(refusal(Kind.IMAGES, "folders/grey_first", "data.skip_bad=true"), "data.channels=3");
    assertEquals(
        new ImageShape(8, 8, 3),
        open(Kind.IMAGES, "folders/grey_first", "data.channels=3").train().shape());
    assertEquals(
        new ImageShape(8, 8, 1),
        open(Kind.IMAGES, "folders/grey_first", "data.grey=true").train().shape());
  }

  @Test
  void theFirstPictureCanBeSkipped() {
    assertHas(refusal(Kind.IMAGES, "folders/first_bad"), "0.png is damaged", "--skip-bad");
    Dataset set = open(Kind.IMAGES, "folders/first_bad", "data.skip_bad=true");
    assertEquals(9, set.train().count() + set.test().count());
    assertEquals(1, set.skipped());
    assertEquals(new ImageShape(8, 8, 3), set.train().shape());
  }

  @Test
  void aSplitOneLevelDownIsTaken() {
    Dataset set = open(Kind.IMAGES, "folders/split_one_level_down");
    assertTrue(set.officialSplit());
    assertEquals(10, set.train().count());
    assertEquals(4, set.test().count());
    assertEquals(List.of("cat", "dog"), set.classNames());
  }

  @Test
  void otherKindsAreCounted() {
    Dataset set = open(Kind.IMAGES, "folders/other_kinds");
    assertHas(set.notes().toString(), "1 .avif", "1 .tif", "1 .tiff");
  }

  @Test
  void labelsAreOneForEachImage() {
    assertHas(refusal(Kind.NPZ, "arrays/onehot.npz"), "y_train has shape [20, 10]", "argmax");
    assertHas(
        refusal(Kind.NPZ, "arrays/multilabel.npz"),
        "train_labels has shape [20, 14]",
        "several classes at once");
    NpyArray whole = NpyArray.of(new double[] {0, 1}, 2);
    assertHas(
        assertThrows(ConfigException.class, () -> NumpyLabels.of(whole, 2)).getMessage(),
        "astype(\"int64\")");
    for (double value : new double[] {0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      NpyArray shares = NpyArray.of(new double[] {0, value}, 2);
      assertHas(
          assertThrows(ConfigException.class, () -> NumpyLabels.of(shares, 2)).getMessage(),
          "not whole, leave the array out");
    }
  }

  @Test
  void channelsFirstAreRefusedWithTheTranspositionOrRead() {
    assertHas(
        refusal(Kind.NPZ, "arrays/nchw.npz"),
        "[20, 3, 8, 8]",
        "x.transpose(0, 2, 3, 1)",
        "data.layout=channels_first");
    ImageSet read =
        open(Kind.NPZ, "arrays/nchw.npz", "data.layout=channels_first", "data.split_by=place")
            .train();
    assertEquals(new ImageShape(8, 8, 3), read.shape());
    try (Npz npz = Npz.open(FOLDER.resolve("arrays/nchw.npz"))) {
      byte[] stored = npz.array("images").toBytes();
      byte[] transposed = new byte[stored.length];
      for (int i = 0; i < stored.length; i++) {
        int pixel = i / 3 % 64;
        transposed[i] = stored[i / 192 * 192 + i % 3 * 64 + pixel];
      }
      byte[] images = read.toArray().toBytes();
      assertTrue(
          IntStream.range(0, 20)
              .anyMatch(n -> Arrays.equals(images, 0, 192, transposed, n * 192, (n + 1) * 192)));
    }
  }

  @Test
  void adviceForFloatsKeepsWhatIsInThem() {
    assertHas(refusal(Kind.NPZ, "arrays/float01.npz"), "(x * 255).round().astype(\"uint8\")");
  }

  @Test
  void foldersOfRecordsAreTheSplit() {
    Dataset set = open(Kind.TFRECORD, "records/split_in_folders");
    assertTrue(set.officialSplit());
    assertEquals(12, set.train().count());
    assertEquals(12, set.test().count());
  }

  @Test
  void skippedRecordsStaySkippedWhenLabelsAreRead() {
    Dataset set =
        open(
            Kind.TFRECORD,
            "records/bad_record_with_labels",
            "data.skip_bad=true",
            "data.classes=3");
    assertEquals(11, labels(set.train()).length + labels(set.test()).length);
    assertEquals(1, set.skipped());
  }

  @ParameterizedTest
  @CsvSource({
    "TFRECORD, missing_shard, cifar10-train.tfrecord-00001-of-00002 is missing",
    "IMAGENET32, imagenet_batches_missing, train_data_batch_2.npz"
  })
  void missingPartsAreNamed(Kind kind, String path, String missing) {
    assertHas(refusal(kind, "records/" + path), missing, "missing", "fetch the rest");
  }

  @Test
  void theReleaseOfImageNetIsNamedWhereItIsKnown() {
    Path path = FOLDER.resolve("records/imagenet_batches_missing");
    DataConfig resolved = Datasets.resolve(DataFiles.config(Kind.IMAGENET32, path));
    assertEquals(Release.ANTIALIASED, resolved.release());
    assertHas(Datasets.licence(resolved), "anti-aliasing", "2017");
    assertHas(
        refusal(
            Kind.IMAGENET32,
            "records/imagenet_batches_missing",
            "data.release=first",
            "data.skip_bad=true"),
        "data.release is first",
        "antialiased");
  }

  /** Nothing in these records says how their levels lie: the message names the setting. */
  @Test
  void recordsWithoutALayoutNeedSettings() {
    String path = "records/channels_first";
    assertHas(refusal(Kind.TFRECORD, path), "data.height", "data.layout to channels_first");
    Dataset read =
        open(
            Kind.TFRECORD,
            path,
            "data.height=8",
            "data.width=8",
            "data.channels=3",
            "data.layout=channels_first",
            "data.split_by=place");
    // The same images, with the channels last and a height, width and depth.
    Dataset other = open(Kind.TFRECORD, "records/split_in_folders", "data.split_by=place");
    byte[] images = other.train().toArray().toBytes();
    byte[] one = new byte[192];
    read.train().copy(0, one, 0);
    assertTrue(
        IntStream.range(0, 12)
            .anyMatch(n -> Arrays.equals(one, 0, 192, images, n * 192, (n + 1) * 192)));
  }

  @Test
  void copiesOfTrainingImagesInTheTestAreCounted() {
    assertEquals(
        new ExactCopies(0, 12), ExactCopies.of(open(Kind.TFRECORD, "records/split_in_folders")));
    assertEquals(new ExactCopies(1, 0), ExactCopies.of(open(Kind.IMAGES, "folders/other_kinds")));
  }

  static Stream<String> pictures() {
    try (Npz npz = Npz.open(FOLDER.resolve("expected.npz"))) {
      return npz.names().stream().filter(name -> !name.endsWith(".webp"));
    }
  }

  /** Held in any way, with odd profiles and heads, of any coding: what Pillow reads. */
  @ParameterizedTest
  @MethodSource("pictures")
  void picturesAreReadAsByPillow(String name) {
    NpyArray expected;
    try (Npz npz = Npz.open(FOLDER.resolve("expected.npz"))) {
      expected = npz.array(name);
    }
    ImageShape shape = new ImageShape(expected.shape()[0], expected.shape()[1], 3);
    byte[] read = new byte[shape.size()];
    Path file = FOLDER.resolve("pictures").resolve(name);
    new PictureFile(file, shape).copy(new GreyScale(256), read, 0);
    assertArrayEquals(expected.toBytes(), read);
    PictureFile.Head head = PictureFile.head(name, PictureFile.Content.of(file));
    assertEquals(
        new PictureFile.Head(shape.height(), shape.width(), name.equals("codedgrey.jpg")), head);
  }

  @Test
  void sixteenBitsAreRefused() {
    ConfigException refusal =
        assertThrows(
            ConfigException.class,
            () ->
                ImageFiles.read(
                    FOLDER.resolve("pictures/grey16.png"), new ImageShape(8, 8, 1), 256));
    assertHas(refusal.getMessage(), "16 bits a sample");
  }
}
