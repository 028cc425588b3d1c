package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Background;
import io.mulan.config.DataConfig.Fit;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.ImageShape;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.formats.Archive;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.formats.PictureFile.PictureRules;
import io.mulan.numpy.NpyArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each reader gives, byte for byte, what another program wrote. */
class ReadersTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "CIFAR10, cifar-10-binary.tar.gz, cifar10",
    "IDX, idx, idx",
    "NPZ, numpy/stored.npz, numpy",
    "NPZ, numpy/compressed.npz, numpy",
    "NPY, numpy, numpy",
    "IMAGENET32, imagenet32, imagenet",
    "IMAGENET32, imagenet32-png, imagenet",
    "TFRECORD, tfrecord, tfrecord"
  })
  void officialSplitsAreAsTheyWereWritten(Kind kind, String path, String expected) {
    Dataset set = Datasets.open(DataFiles.config(kind, DataFiles.path(path)));
    DataFiles.assertImages(DataFiles.expected(expected + "_train"), set.train());
    DataFiles.assertImages(DataFiles.expected(expected + "_test"), set.test());
  }

  @ParameterizedTest
  @CsvSource({
    "CIFAR10, cifar-10-binary.tar.gz, cifar10_train_labels",
    "IDX, idx, idx_train_labels",
    "NPZ, numpy/stored.npz, numpy_train_labels",
    "NPZ, numpy/compressed.npz, numpy_train_labels",
    "IMAGENET32, imagenet32, imagenet_train_labels"
  })
  void classesStayWithTheirImages(Kind kind, String path, String expected) {
    Dataset set = Datasets.open(DataFiles.config(kind, DataFiles.path(path)));
    long[] labels = Arrays.stream(set.train().labels().orElseThrow()).asLongStream().toArray();
    assertArrayEquals(DataFiles.expected(expected).toLongs(), labels);
  }

  @Test
  void cifar10IsReadUnpackedAndFromTheFolderAbove() throws IOException {
    Archive.unpack(DataFiles.path("cifar-10-binary.tar.gz"), folder, 1 << 20);
    for (Path path : List.of(folder, folder.resolve("cifar-10-batches-bin"))) {
      Dataset set = Datasets.open(DataFiles.config(Kind.CIFAR10, path));
      DataFiles.assertImages(DataFiles.expected("cifar10_train"), set.train());
      DataFiles.assertImages(DataFiles.expected("cifar10_test"), set.test());
    }
  }

  @Test
  void anArrayOfThreeDimensionsHasOneChannel() {
    DataConfig config = DataFiles.config(Kind.NPY, DataFiles.path("numpy/grey.npy"));
    assertEquals(new ImageShape(5, 4, 1), Datasets.shape(config).image());
    assertEquals(6, all(Datasets.open(config)));
  }

  @ParameterizedTest
  @CsvSource({"raw.tfrecord, data.test_images=1", "named.tfrecord, data.feature=a/picture"})
  void recordsHoldTheLevelsThemselvesOrPicturesUnderAnyName(String file, String setting) {
    Path path = DataFiles.path(file);
    DataConfig config = DataFiles.config(Kind.TFRECORD, path, setting, "data.test_images=1");
    assertEquals(new ImageShape(6, 5, 3), Datasets.shape(config).image());
    assertSameImages(DataFiles.expected("tfrecord_train"), Datasets.open(config));
  }

  /** Whatever the split. */
  private static void assertSameImages(NpyArray expected, Dataset set) {
    byte[] bytes = expected.toBytes();
    int size = set.train().shape().size();
    TreeSet<String> written = new TreeSet<>();
    for (int at = 0; at < bytes.length; at += size) {
      written.add(Arrays.toString(Arrays.copyOfRange(bytes, at, at + size)));
    }
    TreeSet<String> read = new TreeSet<>();
    for (ImageSet part : List.of(set.train(), set.test())) {
      part.each(
          (images, count) -> {
            for (int i = 0; i < count; i++) {
              read.add(Arrays.toString(Arrays.copyOfRange(images, i * size, (i + 1) * size)));
            }
          });
    }
    assertEquals(written, read);
    assertEquals(expected.shape()[0], all(set));
  }

  @Test
  void classesOfRecordsAreAFeature() {
    Dataset set = Datasets.open(DataFiles.config(Kind.TFRECORD, DataFiles.path("tfrecord")));
    assertArrayEquals(new int[] {0, 1, 2, 3, 4}, set.train().labels().orElseThrow());
    assertArrayEquals(new int[] {7, 7}, set.test().labels().orElseThrow());
  }

  private static int all(Dataset set) {
    return set.train().count() + set.test().count();
  }

  @Test
  void losslessPicturesAreSampleBySample() {
    Dataset set = Datasets.open(DataFiles.config(Kind.IMAGES, DataFiles.path("pictures")));
    assertSameImages(DataFiles.expected("pictures"), set);
  }

  @Test
  void foldersAreClasses() {
    Dataset set = Datasets.open(DataFiles.config(Kind.IMAGES, DataFiles.path("pictures")));
    int[] train = set.train().labels().orElseThrow();
    int[] test = set.test().labels().orElseThrow();
    assertEquals(3, train.length);
    assertEquals(1, test.length);
    assertEquals(2, Arrays.stream(train).sum() + Arrays.stream(test).sum());
  }

  @ParameterizedTest
  @CsvSource({
    "colour.jpg, false, jpeg_colour",
    "colour.jpg, true, jpeg_colour_as_grey",
    "grey.jpg, false, jpeg_grey"
  })
  void jpegsAreDecodedAsByPillowToWithinRounding(String file, boolean grey, String expected) {
    NpyArray array = DataFiles.expected(expected);
    int channels = array.shape().length == 3 ? 3 : 1;
    byte[] read = new byte[48 * 64 * channels];
    new PictureFile(
            DataFiles.path("jpeg").resolve(file),
            new ImageShape(48, 64, channels),
            rules(Fit.EXACT, grey))
        .copy(new GreyScale(256), read, 0);
    assertClose(array, read, 2);
  }

  @ParameterizedTest
  @CsvSource({"RESIZE, 16, scaled_resize", "CROP, 24, scaled_crop"})
  void scaledPicturesAreCloseToThoseOfPillow(Fit fit, int side, String expected) {
    byte[] read = new byte[side * side * 3];
    new PictureFile(
            DataFiles.path("scaled").resolve("wide.png"),
            new ImageShape(side, side, 3),
            rules(fit, false))
        .copy(new GreyScale(256), read, 0);
    assertClose(DataFiles.expected(expected), read, fit == Fit.CROP ? 1 : 12);
  }

  private static PictureRules rules(Fit fit, boolean grey) {
    return new PictureRules(fit, grey, Background.NONE);
  }

  private static void assertClose(NpyArray expected, byte[] read, int most) {
    byte[] all = expected.toBytes();
    assertEquals(all.length, read.length);
    double sum = 0;
    for (int i = 0; i < read.length; i++) {
      int difference = Math.abs((all[i] & 0xff) - (read[i] & 0xff));
      assertTrue(difference <= most, i + ": " + all[i] + " and " + read[i]);
      sum += difference;
    }
    assertTrue(sum / read.length <= most / 2.0, "mean difference " + sum / read.length);
  }

  @Test
  void aSeededSplitNeverChangesAndSharesNothing() {
    DataConfig config = DataFiles.config(Kind.NPY, DataFiles.path("numpy/train.npy"));
    Dataset set = Datasets.open(config);
    assertEquals(5, set.train().count());
    assertEquals(1, set.test().count());
    assertArrayEquals(
        set.test().toArray().toBytes(), Datasets.open(config).test().toArray().toBytes());
    DataConfig other =
        DataFiles.config(
            Kind.NPY, Path.of(config.path()), "data.test_images=3", "data.split_seed=7");
    assertEquals(3, Datasets.open(other).test().count());
  }
}
