package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.mulan.config.DataConfig.Kind;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Int64List;

/** What is odd about a set is refused or said: parts that differ, parts that are not there. */
final class FoundSetsTest {
  @TempDir Path folder;

  private Dataset open(Kind kind, String path, String... settings) {
    return Datasets.open(DataFiles.config(kind, folder.resolve(path), settings));
  }

  private String refusal(Kind kind, String path, String... settings) {
    return assertThrows(ConfigException.class, () -> open(kind, path, settings)).getMessage();
  }

  private static void assertHas(String text, String part) {
    assertTrue(text.contains(part), text);
  }

  private static byte[] png(int seed) throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 16; i++) {
      image.setRGB(i % 4, i / 4, seed * 7919 + i * 104729);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private void zip(String name, String json, String... pictures) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      if (!json.isEmpty()) {
        zip.putNextEntry(new ZipEntry(json.substring(0, json.indexOf(' '))));
        zip.write(json.substring(json.indexOf(' ')).getBytes(StandardCharsets.UTF_8));
      }
      for (int i = 0; i < pictures.length; i++) {
        zip.putNextEntry(new ZipEntry(pictures[i]));
        zip.write(png(name.hashCode() + i));
      }
    }
  }

  @Test
  void aSplitInsideSeveralArchivesIsRefused() throws IOException {
    zip("set/a.zip", "", "train/0.png", "val/1.png");
    zip("set/b.zip", "", "train/2.png", "val/3.png");
    assertHas(refusal(Kind.IMAGES, "set"), "have the folders train/ and val/ in them");
    zip("set/a.zip", "", "0.png", "val/1.png");
    zip("set/b.zip", "", "2.png");
    assertHas(refusal(Kind.IMAGES, "set"), "has the folder val, but none for training");
  }

  @Test
  void filesLeftOutOfArchivesAreReported() throws IOException {
    zip("set/x-000.zip", "", "cat/0.png", "cat/1.png");
    zip("set/x-002.zip", "", "dog/2.png", "dog/3.png");
    Files.createFile(folder.resolve("set/y.tar.xz"));
    assertEquals(
        List.of(
            "1 archives of kinds that are not read: 1 .xz",
            "1 files missing between x-000.zip and x-002.zip",
            "folders in the archives, which are classes in a single archive only"),
        open(Kind.IMAGES, "set").notes());
    Files.write(folder.resolve("set/0.png"), png(0));
    Files.write(folder.resolve("set/1.png"), png(1));
    assertEquals(
        List.of(
            "1 archives of kinds that are not read: 1 .xz",
            "2 archives next to pictures, as x-000.zip"),
        open(Kind.IMAGES, "set").notes());
    AtomicFolder.delete(folder.resolve("set"));
    Files.createDirectory(folder.resolve("set"));
    Files.createFile(folder.resolve("set/y.rar"));
    assertHas(refusal(Kind.IMAGES, "set"), "but 1 archives of kinds that are not read: 1 .rar");
  }

  @Test
  void yearsAreNotNumbersOfShards() {
    assertEquals(List.of(), Shards.gaps(List.of("x-2019.tar", "x-2021.tar")));
    assertEquals(List.of(), Shards.gaps(List.of("x-00-of-09.tar", "x-03-of-09.tar")));
    assertEquals(List.of(), Shards.gaps(List.of("x-09.tar", "x-10.tar", "y-12.tar")));
  }

  @Test
  void tablesOfClassesMayBeInAFolderAndNameMissingFiles() throws IOException {
    String[] pictures =
        IntStream.range(0, 5).mapToObj(i -> "set/" + i + ".png").toArray(String[]::new);
    String table = "[\"0.png\",0],[\"1.png\",1],[\"2.png\",2],[\"3.png\",3],[\"4.png\",4]";
    zip("a.zip", "set/dataset.json {\"labels\":[" + table + "]}", pictures);
    Dataset whole = open(Kind.IMAGES, "a.zip");
    assertEquals(List.of(), whole.notes());
    assertEquals(10, sum(whole.train()) + sum(whole.test()));
    zip("a.zip", "set/dataset.json {\"labels\":[[\"9.png\",1]," + table + "]}", pictures);
    assertHas(open(Kind.IMAGES, "a.zip").notes().toString(), "1 pictures of dataset.json");
  }

  private static int sum(ImageSet set) {
    return Arrays.stream(set.labels().orElseThrow()).sum();
  }

  @ParameterizedTest
  @CsvSource({"" + (char) TarConstants.LF_SYMLINK, "" + (char) TarConstants.LF_LINK})
  void linksInATarAreRefusedAsSuch(char kind) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve("a.tar"));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      TarArchiveEntry link = new TarArchiveEntry("l.png", (byte) kind);
      link.setLinkName("0.png");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
    assertHas(refusal(Kind.IMAGES, "a.tar"), "l.png is a link");
  }

  @Test
  void animatedPngsAreRefused() throws IOException {
    byte[] still = png(1);
    ByteBuffer control = ByteBuffer.allocate(20).putInt(8);
    control.put("acTL".getBytes(StandardCharsets.US_ASCII)).putInt(2).putInt(0);
    CRC32 crc = new CRC32();
    crc.update(control.array(), 4, 12);
    control.putInt((int) crc.getValue());
    ByteArrayOutputStream moving = new ByteArrayOutputStream();
    moving.write(still, 0, 33); // signature and head
    moving.write(control.array());
    moving.write(still, 33, still.length - 33);
    Files.write(folder.resolve("0.png"), moving.toByteArray());
    Files.write(folder.resolve("1.png"), still);
    assertHas(refusal(Kind.IMAGES, ""), "0.png holds 2 frames");
  }

  /** The names of one file are changed, with as many bytes. */
  @Test
  void filesThatNumberClassesOtherwiseAreRefused() throws IOException {
    Path from = DataFiles.path("formats/huggingface/data");
    for (String part : List.of("train-00000-of-00002", "train-00001-of-00002")) {
      String name = part + "-0123456789abcdef.parquet";
      String bytes = Files.readString(from.resolve(name), StandardCharsets.ISO_8859_1);
      if (part.startsWith("train-00001")) {
        bytes = bytes.replace("[\"ant\", \"bee\"", "[\"bee\", \"ant\"");
      }
      Files.writeString(folder.resolve(name), bytes, StandardCharsets.ISO_8859_1);
    }
    assertHas(refusal(Kind.PARQUET, ""), "classes are named [ant, bee, cat] in");
  }

  @Test
  void aClassThatOnlyTheTestHasIsRefusedByNumberToo() {
    NpyArray images = NpyArray.of(new byte[48], 3, 4, 4);
    NpyArray known = NpyArray.of(new int[] {0, 1, 2}, 3);
    NpyArray other = NpyArray.of(new int[] {0, 5, 2}, 3);
    Map<String, NpyArray> arrays =
        Map.of("x_train", images, "y_train", known, "x_test", images, "y_test", other);
    Npz.write(folder.resolve("a.npz"), arrays);
    assertHas(refusal(Kind.NPZ, "a.npz", "data.classes=6"), "no training image is of class 5");
    Dataset without = open(Kind.NPZ, "a.npz");
    assertEquals(List.of(5), List.copyOf(without.test().classesBeyond(without.train())));
  }

  @Test
  void filesNextToArraysAreReported() {
    NpyArray images = NpyArray.of(new byte[48], 3, 4, 4);
    Npz.write(folder.resolve("a.npz"), Map.of("x", images, "__MACOSX/._x", images));
    assertEquals(List.of(), open(Kind.NPZ, "a.npz").notes());
    for (String name : List.of("train.npy", "test.npy", "train_labels.npy")) {
      Npy.write(folder.resolve(name), images);
    }
    assertEquals(List.of("file train_labels.npy"), open(Kind.NPY, "").notes());
    Npz.write(
        folder.resolve("b.npz"),
        Map.of("x_train", images, "x_test", NpyArray.of(new byte[0], 0, 4, 4)));
    assertHas(refusal(Kind.NPZ, "b.npz"), "x_test has no image; leave it out");
  }

  private static byte[] example(Map<String, Feature> features) {
    Example.Builder example = Example.newBuilder();
    features.forEach(example.getFeaturesBuilder()::putFeature);
    return example.build().toByteArray();
  }

  private static Feature bytes(byte[] value) {
    return Feature.newBuilder()
        .setBytesList(BytesList.newBuilder().addValue(ByteString.copyFrom(value)))
        .build();
  }

  private static Feature numbers(long... values) {
    Int64List.Builder list = Int64List.newBuilder();
    Arrays.stream(values).forEach(list::addValue);
    return Feature.newBuilder().setInt64List(list).build();
  }

  private void records(IntFunction<Map<String, Feature>> features) throws IOException {
    DataFiles.records(
        folder.resolve("a.tfrecord"),
        IntStream.range(0, 8).mapToObj(i -> example(features.apply(i))).toArray(byte[][]::new));
  }

  @Test
  void recordsWithSomeClassesMissingAreRefused() throws IOException {
    byte[] levels = new byte[12];
    records(
        i ->
            i < 6
                ? Map.of("image", bytes(levels), "shape", numbers(2, 2, 3), "label", numbers(i))
                : Map.of("image", bytes(levels), "shape", numbers(2, 2, 3)));
    assertHas(refusal(Kind.TFRECORD, "a.tfrecord", "data.classes=9"), "has no class, but others");
    Files.writeString(folder.resolve("a.tfrecord.idx"), "an index, as some readers keep it");
    assertEquals(8, count(open(Kind.TFRECORD, "")));
  }

  private static int count(Dataset set) {
    return set.train().count() + set.test().count();
  }

  @Test
  void shapesOfRecordsThatCanBeReadInTwoWaysAreRefused() throws IOException {
    byte[] levels = new byte[48];
    levels[1] = 1;
    records(i -> Map.of("image", bytes(levels), "shape", numbers(3, 4, 4)));
    assertHas(refusal(Kind.TFRECORD, "a.tfrecord"), "set data.layout=channels_first");
    byte[] first = new byte[48];
    open(Kind.TFRECORD, "a.tfrecord", "data.layout=channels_first").train().copy(0, first, 0);
    byte[] transposed = new byte[48];
    transposed[3] = 1;
    assertArrayEquals(transposed, first);
    open(Kind.TFRECORD, "a.tfrecord", "data.channels=4").train().copy(0, first, 0);
    assertArrayEquals(levels, first);
  }

  @Test
  void recordsHoldWebpToo() throws IOException {
    byte[] webp = Files.readAllBytes(DataFiles.path("formats/webp/lossless.webp"));
    records(i -> Map.of("image", bytes(webp)));
    assertEquals("24×32×3", open(Kind.TFRECORD, "a.tfrecord").train().shape().toString());
  }
}
