package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.ImageShape;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSubset;
import io.mulan.data.Split;
import io.mulan.files.ConfigException;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.readers.ImageStore.ImageKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which images are for training and which for the test. */
class SplitsTest {
  private static final ImageShape SHAPE = new ImageShape(1, 1, 1);

  @ParameterizedTest
  @CsvSource({
    "train, test",
    "training, testing",
    "train, val",
    "train, valid",
    "Train, Validation",
    "train_32x32, valid_32x32",
    "train2017, val2017",
    "train, eval",
    "train, evaluation",
    "x_train, x_val",
    "seg_train, seg_test",
    "DIV2K_train_HR, DIV2K_valid_HR"
  })
  void foldersNameTheSplit(String train, String test) {
    for (String above : List.of("", "set/", "set/images/")) {
      FolderSplit split =
          FolderSplit.of("x", List.of(above + test + "/b/1.png", above + train + "/a/0.png"));
      assertEquals(above + train + "/", split.train().folder());
      assertEquals(List.of("a/0.png"), split.train().names());
      assertEquals(List.of("b/1.png"), split.test().names());
      assertEquals(List.of(), split.notes());
    }
  }

  @Test
  void classesBelowFurtherFoldersAreFound() {
    FolderSplit split =
        FolderSplit.of(
            "x",
            List.of("seg_train/seg_train/a/0", "seg_train/seg_train/b/0", "seg_test/seg_test/a/1"));
    assertEquals(List.of("a/0", "b/0"), split.train().names());
    assertEquals(List.of("a/1"), split.test().names());
    assertEquals("seg_test/seg_test/", split.test().folder());
  }

  @Test
  void oneOfTwoTestFoldersIsTakenAndTheOtherReported() {
    FolderSplit split =
        FolderSplit.of(
            "x", List.of("extra/2.png", "test/1.png", "train/0.png", "val/1.png", "z.png"));
    assertEquals("test/", split.test().folder());
    assertEquals(
        List.of(
            "1 files in folder extra, which are not in train or test",
            "1 files in folder val, which are not in train or test",
            "1 files in no folder, which are not in train or test"),
        split.notes());
    FileSplit files =
        FileSplit.of("x", List.of("a-test.tfrecord", "a-train.tfrecord", "a-val.tfrecord"));
    assertEquals(List.of("a-test.tfrecord"), files.test());
    assertEquals(List.of("1 files as a-val.tfrecord: the test is a-test.tfrecord"), files.notes());
  }

  @Test
  void trainCanBeAClassAmongOthers() {
    FolderSplit split = FolderSplit.of("x", List.of("bus/0.png", "car/0.png", "train/0.png"));
    assertNull(split.test());
    assertEquals(List.of("bus/0.png", "car/0.png", "train/0.png"), split.train().names());
    List<String> tubes = List.of("bottle/0.png", "bullet_train/0.png", "test_tube/0.png");
    assertEquals(tubes, FolderSplit.of("x", tubes).train().names());
  }

  @ParameterizedTest
  @CsvSource({
    "a/train/0.png a/val/0.png b/train/0.png b/val/0.png, train and val in a/",
    "test/0.png val/0.png, none for training",
    "cat/0.png dog/0.png val/cat/1.png val/dog/1.png, none for training",
    "0.png Test/1.png, none for training",
    "cat/0.png val2017/1.png, none for training",
    "x/val/0.png y/1.png, rename val if it is not for a test",
    "cat/0.png cat/val/1.png dog/0.png dog/val/1.png, val in cat/",
    "cat/0.png dog/more/eval/1.png, eval in dog/more/",
    "train/cat/0.png train/val/1.png test/cat/2.png, val in train/",
    "train/train/0.png train/val/1.png test/cat/2.png, name x/train as data.path",
    "train2014/0.png train2017/0.png val2014/0.png, all named like a training set",
    "trainA/0.png trainB/0.png testA/0.png testB/0.png, all named like a training set",
    "cat_train/0.png dog_train/0.png cat_test/0.png dog_test/0.png, all named like a training set"
  })
  void ambiguousSplitsAreRefused(String names, String reason) {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> FolderSplit.of("x", List.of(names.split(" "))));
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }

  @Test
  void aSingleTestFolderMustBeNamed() {
    for (String name : List.of("val/0.png", "set/val/cat/0.png", "set/val2017/0.png")) {
      ConfigException refusal =
          assertThrows(
              ConfigException.class, () -> FolderSplit.requireMoreThanTest("x", List.of(name)));
      String folder = name.replaceFirst("(val[0-9]*)/.*", "$1");
      assertTrue(refusal.getMessage().contains("name x/" + folder), refusal.getMessage());
    }
    FolderSplit.requireMoreThanTest("x", List.of("val/0.png", "cat/0.png"));
    FolderSplit.requireMoreThanTest("x", List.of("test_tube/0.png"));
  }

  @ParameterizedTest
  @CsvSource({
    "train/part-0.tfrecord, val/part-0.tfrecord",
    "x/training/a.tfrecord, x/testing/a.tfrecord",
    "seg_train/a.tfrecord, seg_test/a.tfrecord",
    "test_data/a-train.tfrecord, test_data/a-test.tfrecord",
    "set-train.tfrecord-00000-of-00001, set-validation.tfrecord-00000-of-00001",
    "a_train.tfrecords, a_eval.tfrecords"
  })
  void filesOfManyImagesNameTheSplitByFolderOrName(String train, String test) {
    FileSplit split = FileSplit.of("x", List.of(train, test));
    assertEquals(List.of(train), split.train());
    assertEquals(List.of(test), split.test());
  }

  @ParameterizedTest
  @ValueSource(strings = {"test.tfrecord val.tfrecord", "data.tfrecord test.tfrecord"})
  void testFilesAloneAreNotTrainedOn(String names) {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> FileSplit.of("x", List.of(names.split(" "))));
    assertTrue(refusal.getMessage().contains("no file named like a training set"));
  }

  /** Images that are numbers, whose names are they. */
  private record Numbers(int[] numbers) implements ImageStore {
    @Override
    public int count() {
      return numbers.length;
    }

    @Override
    public void read(int first, int count, byte[] target, int offset) {
      throw new IllegalStateException("names are enough");
    }

    @Override
    public void keys(int first, int count, int imageBytes, long[] target, int at) {
      for (int i = 0; i < count; i++) {
        byte[] name = (numbers[first + i] + ".png").getBytes(StandardCharsets.UTF_8);
        target[at + i] = ImageKey.of(name, 0, name.length);
      }
    }
  }

  private static Set<Integer> test(int[] numbers, String... settings) {
    DataConfig config = DataFiles.config(Kind.IMAGES, Path.of("x"), settings);
    ImageSubset test = (ImageSubset) Split.of(config, new Numbers(numbers), SHAPE).test();
    return Arrays.stream(test.numbers()).mapToObj(i -> numbers[i]).collect(Collectors.toSet());
  }

  @Test
  void theSplitOfAGrowingSetIsStable() {
    Set<Integer> before = test(IntStream.range(0, 110).toArray());
    for (int count = 111; count < 400; count++) {
      Set<Integer> after = test(IntStream.range(0, count).toArray());
      Set<Integer> old = new HashSet<>(after);
      old.removeIf(i -> i >= 110);
      assertEquals(before, old, "with " + count);
    }
    // In any order.
    assertEquals(before, test(IntStream.range(0, 110).map(i -> 109 - i).toArray()));
  }

  @Test
  void theTestHasATenthOrTheNumberAsked() {
    int[] many = IntStream.range(0, 20_000).toArray();
    int test = test(many).size();
    assertTrue(Math.abs(test - 2000) < 170, test + " of 20,000"); // four standard deviations
    assertEquals(7, test(many, "data.test_images=7").size());
    assertEquals(1, test(new int[] {4, 5}).size());
    Set<Integer> other = test(many, "data.split_seed=1");
    other.retainAll(test(many));
    assertTrue(other.size() < 300, "a seed is another split");
    assertEquals(10_000, test(IntStream.range(0, 120_000).toArray()).size());
  }

  @Test
  void equalImagesOfArraysAreOnOneSide() {
    byte[] images = new byte[400];
    for (int i = 0; i < 400; i++) {
      images[i] = (byte) (i / 2);
    }
    DataConfig config = DataFiles.config(Kind.NPY, Path.of("x"));
    Split split = Split.of(config, store(images), SHAPE);
    Set<Integer> train = levels(split.train());
    train.retainAll(levels(split.test()));
    assertEquals(Set.of(), train);
  }

  private static ImageStore store(byte[] images) {
    return new ImageStore() {
      @Override
      public int count() {
        return images.length;
      }

      @Override
      public void read(int first, int count, byte[] target, int offset) {
        System.arraycopy(images, first, target, offset, count);
      }
    };
  }

  private static Set<Integer> levels(ImageStore images) {
    byte[] all = new byte[images.count()];
    images.read(0, all.length, all, 0);
    return IntStream.range(0, all.length).mapToObj(i -> (int) all[i]).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @CsvSource({"x_train, x_val", "train_images, valid_images", "x_train, x_test"})
  void arraysNameTheSplit(String train, String test, @TempDir Path folder) {
    Path npz = folder.resolve("a.npz");
    Npz.write(
        npz,
        Map.of(
            train,
            NpyArray.of(new byte[12], 3, 2, 2),
            test,
            NpyArray.of(new byte[8], 2, 2, 2),
            "x_eval",
            NpyArray.of(new byte[4], 1, 2, 2)));
    Dataset set = Datasets.open(DataFiles.config(Kind.NPZ, npz));
    assertEquals(3, set.train().count());
    assertEquals(2, set.test().count());
    assertEquals(List.of("x_eval: the test is " + test), set.notes());
  }

  @Test
  void unusedArraysAreReported(@TempDir Path folder) {
    Path npz = folder.resolve("a.npz");
    NpyArray images = NpyArray.of(new byte[12], 3, 2, 2);
    Npz.write(npz, Map.of("arr_0", images, "arr_1", NpyArray.of(new byte[3], 3), "arr_2", images));
    assertEquals(List.of("array arr_2"), Datasets.open(DataFiles.config(Kind.NPZ, npz)).notes());
  }

  private static String refusal(Path npz, Map<String, NpyArray> arrays) {
    Npz.write(npz, arrays);
    return assertThrows(ConfigException.class, () -> Datasets.open(DataFiles.config(Kind.NPZ, npz)))
        .getMessage();
  }

  @Test
  void wrongArraysAreRefusedWithTheReason(@TempDir Path folder) {
    Path npz = folder.resolve("a.npz");
    NpyArray labels = NpyArray.of(new byte[3], 3);
    String swapped =
        refusal(npz, Map.of("arr_0", labels, "arr_1", NpyArray.of(new byte[12], 3, 2, 2)));
    assertTrue(swapped.contains("set data.feature=arr_1, and data.label=arr_0"), swapped);
    String one = refusal(npz, Map.of("images", NpyArray.of(new byte[4], 1, 2, 2)));
    assertTrue(one.contains("has one image"), one);
  }

  @ParameterizedTest
  @CsvSource({"3, 4, 4", "3, 8, 4", "3, 2, 2", "1, 3, 3"})
  void fewRowsOfUnusualChannelsMayBeChannelsFirst(int a, int b, int c, @TempDir Path folder) {
    Path npz = folder.resolve("a.npz");
    String text =
        refusal(npz, Map.of("images", NpyArray.of(new byte[20 * a * b * c], 20, a, b, c)));
    assertTrue(text.contains("set data.layout=channels_first"), text);
    for (String said : List.of("data.layout=channels_first", "data.channels=" + c)) {
      Datasets.open(DataFiles.config(Kind.NPZ, npz, said));
    }
  }

  @Test
  void picturesNextToFoldersAreTheReasonForNoClasses() {
    assertEquals(
        List.of("folders as classes: 1 of 3 pictures are in none, as z.png"),
        ClassNames.notes(List.of("cat/0.png", "dog/0.png", "z.png")));
    assertEquals(List.of(), ClassNames.notes(List.of("a.png", "b.png")));
    assertEquals(List.of(), ClassNames.notes(List.of("cat/0.png", "dog/0.png")));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void onePictureIsNotTakenForManyGreyOnes(int channels, @TempDir Path folder) {
    Path npz = folder.resolve("a.npz");
    Npz.write(npz, Map.of("images", NpyArray.of(new byte[64 * channels], 8, 8, channels)));
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> Datasets.open(DataFiles.config(Kind.NPZ, npz)));
    assertTrue(refusal.getMessage().contains("x[None]"), refusal.getMessage());
  }

  @Test
  void classesAreNumberedByTheFoldersForTraining() {
    DataConfig config = DataFiles.config(Kind.IMAGES, Path.of("x"));
    String[] numbers =
        IntStream.range(0, 12).mapToObj(i -> (11 - i) + "/0.png").toArray(String[]::new);
    ClassNames classes = ClassNames.of(config, numbers);
    for (int i = 0; i < 12; i++) {
      assertEquals(i, classes.labels(List.of(i + "/7.png"))[0]);
    }
    assertEquals(
        List.of("n01", "n02", "n10"),
        ClassNames.of(config, new String[] {"n10/a", "n02/a", "n01/a"}).names());
    ConfigException refusal =
        assertThrows(
            ConfigException.class,
            () -> classes.requireKnown("x/test", new String[] {"3/a.png", "12/b.png"}));
    assertTrue(refusal.getMessage().contains("x/test/12 is a class that no training picture has"));
  }

  @Test
  void labelsOfChosenImagesAreReadWithoutTheOthers() {
    LabelledImages parts = LabelledImages.of(store(new byte[3]), new int[] {5, 6, 7}, 3, "x");
    JoinedImages joined = new JoinedImages(List.of(parts, parts), 1);
    assertArrayEquals(new int[] {7, 5, 6}, joined.labels(new int[] {5, 0, 1}).orElseThrow());
    assertArrayEquals(new int[] {5, 6, 7, 5, 6, 7}, joined.labels().orElseThrow());
    JoinedImages half = new JoinedImages(List.of(parts, store(new byte[2])), 1);
    assertArrayEquals(new int[] {6}, half.labels(new int[] {1}).orElseThrow());
    assertTrue(half.labels().isEmpty());
  }
}
