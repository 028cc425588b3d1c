package io.mulan.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {
  private static final Path TYPES = NpyTest.FIXTURES.resolve("types.npz");

  @TempDir Path folder;

  @Test
  void everyTypeOfNumPyIsReadByName() {
    try (Npz npz = Npz.open(TYPES)) {
      assertEquals(List.of("b1", "u1", "i1", "i2", "i4", "i8", "f4", "f8"), npz.names());
      assertArrayEquals(new int[] {0, 1, 0, 1, 0, 1}, npz.array("b1").toInts());
      assertArrayEquals(ramp(51, 0), npz.array("u1").toLongs());
      assertArrayEquals(ramp(51, -128), npz.array("i1").toLongs());
      assertArrayEquals(ramp(13_000, -32_768), npz.array("i2").toLongs());
      assertArrayEquals(ramp(400_000_000, 0), npz.array("i4").toLongs());
      assertArrayEquals(ramp(1_000_000_000_000_000_000L, 0), npz.array("i8").toLongs());
      float[] floats = npz.array("f4").toFloats();
      double[] doubles = npz.array("f8").toDoubles();
      for (int i = 0; i < 6; i++) {
        assertEquals(i / 3f, floats[i]);
        assertEquals(i / 3.0, doubles[i]);
      }
    }
  }

  private static long[] ramp(long slope, long start) {
    return IntStream.range(0, 6).mapToLong(i -> start + slope * i).toArray();
  }

  @Test
  void compressedArchivesAndNamesWithSlashesAreRead() {
    try (Npz npz = Npz.open(NpyTest.FIXTURES.resolve("compressed.npz"))) {
      assertTrue(npz.contains("a/deep"));
      assertFalse(npz.contains("a"));
      assertArrayEquals(new int[] {2, 3}, npz.array("a/deep").shape());
      assertArrayEquals(new int[] {7}, npz.array("scalar").toInts());
    }
  }

  @Test
  void anArchiveSurvivesARoundTripAndTheSameArraysGiveTheSameBytes() throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("score_model/conv/kernel", NpyArray.of(new float[] {1, 2, 3, 4}, 2, 2));
    arrays.put("step", NpyArray.of(new long[] {12}));
    Path first = folder.resolve("first.npz");
    Path second = folder.resolve("second.npz");
    Npz.write(first, arrays);
    try (Npz npz = Npz.open(first)) {
      assertEquals(List.copyOf(arrays.keySet()), npz.names());
      assertArrayEquals(new float[] {1, 2, 3, 4}, npz.array("score_model/conv/kernel").toFloats());
      assertArrayEquals(new int[0], npz.array("step").shape());
    }
    Npz.write(second, arrays);
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
  }

  @Test
  void aStreamIsSearchedForOneArray() throws IOException {
    byte[] archive = Files.readAllBytes(TYPES);
    NpyArray array = Npz.read(new ByteArrayInputStream(archive), "types", "i2");
    assertArrayEquals(ramp(13_000, -32_768), array.toLongs());
    assertThrows(
        ConfigException.class, () -> Npz.read(new ByteArrayInputStream(archive), "types", "c8"));
  }

  @Test
  void anAbsentArrayIsNamedWithSomeThatAreThere() {
    try (Npz npz = Npz.open(TYPES)) {
      ConfigException refusal = assertThrows(ConfigException.class, () -> npz.array("f2"));
      assertEquals(
          TYPES + " has no array f2; its 8 arrays begin with [b1, u1, i1, i2, i4]",
          refusal.getMessage());
    }
  }

  @Test
  void missingAndInvalidArchivesAreRefused() throws IOException {
    Path missing = folder.resolve("missing.npz");
    Path text = Files.writeString(folder.resolve("text.npz"), "no archive");
    for (Path file : List.of(missing, text, folder)) {
      ConfigException refusal = assertThrows(ConfigException.class, () -> Npz.open(file));
      NpyTest.assertOneLineNaming(file, refusal);
    }
  }

  @Test
  void oneFlippedBitInAnArrayIsNoticed() throws IOException {
    try (Npz npz = Npz.open(typesWithABitOfF8Flipped())) {
      ConfigException refusal = assertThrows(ConfigException.class, () -> npz.array("f8"));
      assertTrue(refusal.getMessage().contains("checksum"), refusal.getMessage());
    }
  }

  @Test
  void openingReadsNoArrayAndReadingOneReadsNoOther() throws IOException {
    try (Npz npz = Npz.open(typesWithABitOfF8Flipped())) {
      assertEquals(8, npz.names().size());
      assertEquals(5 / 3f, npz.array("f4").toFloats()[5]);
    }
  }

  private Path typesWithABitOfF8Flipped() throws IOException {
    byte[] bytes = Files.readAllBytes(TYPES);
    int lastHead = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("NUMPY");
    bytes[lastHead + 128] ^= 1; // elements of f8, which are stored uncompressed
    return Files.write(folder.resolve("flipped.npz"), bytes);
  }

  @Test
  void damagedArchivesAreReadOrRefusedAndNothingElse() throws IOException {
    SplittableRandom random = new SplittableRandom(6);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      String name = i % 2 == 0 ? "types.npz" : "compressed.npz";
      byte[] bytes = Files.readAllBytes(NpyTest.FIXTURES.resolve(name));
      for (int hits = random.nextInt(1, 6); hits > 0; hits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      Path file = Files.write(folder.resolve("damaged.npz"), Arrays.copyOf(bytes, length));
      try (Npz npz = Npz.open(file)) {
        for (String array : npz.names()) {
          npz.array(array).toDoubles();
        }
      } catch (ConfigException e) {
        refused++;
        NpyTest.assertOneLineNaming(file, e);
      }
    }
    assertTrue(refused > 500, refused + " refused");
  }

  @Test
  void damagedStreamsAreReadOrRefusedAndNothingElse() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    byte[] whole = Files.readAllBytes(NpyTest.FIXTURES.resolve("compressed.npz"));
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = whole.clone();
      for (int hits = random.nextInt(1, 6); hits > 0; hits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        Npz.read(new ByteArrayInputStream(bytes), "stream.npz", "scalar");
      } catch (ConfigException e) {
        refused++;
        NpyTest.assertOneLineNaming(Path.of("stream.npz"), e);
      }
    }
    assertTrue(refused > 200, refused + " refused");
  }
}
